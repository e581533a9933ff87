import { checkWatch, type HistoryRevision, type WatchEvent } from '@quorate/checker';
import type { Store, WatchedChange } from '@quorate/client';
import { describe, expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** As many writes as the watcher sees; the watch was tried with 100,000 too: `QUORATE_WATCHED_WRITES=100000`. */
const { QUORATE_WATCHED_WRITES = '5000' } = process.env;
const writes = Number(QUORATE_WATCHED_WRITES);
const writers = 32;
const kills = 5;

/** Writes counters under `/w/`, each of a writer's own, many at a time: puts, deletes and transactions of two keys. */
class Writing {
  /** What was done, by the revision that was answered. */
  readonly revisions = new Map<bigint, HistoryRevision['changes']>();
  readonly failures: unknown[] = [];
  readonly ended: Promise<unknown>;
  #count = 0;

  constructor(store: Store) {
    this.ended = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(store, `/w/${writer}`)));
  }

  get count(): number {
    return this.#count;
  }

  /** What happened, from the first revision on. */
  get history(): readonly HistoryRevision[] {
    const sorted = [...this.revisions].sort(([one], [other]) => Number(one - other));
    return sorted.map(([revision, changes]) => ({ revision: Number(revision), changes }));
  }

  async #write(store: Store, key: string): Promise<void> {
    for (let turn = 0; this.#count < writes; turn += 1) {
      this.#count += 1;
      const value = `${turn}`;
      const put = { op: 'put', key, value } as const;
      try {
        if (turn % 8 === 3) {
          const { revision } = await store.delete(key);
          this.revisions.set(revision, [{ op: 'delete', key }]);
        } else if (turn % 8 === 7) {
          const then = [put, { ...put, key: `${key}/twin` }] as const;
          const { revision } = await store.txn({ then });
          this.revisions.set(revision, then);
        } else {
          const { revision } = await store.put(key, value);
          this.revisions.set(revision, [put]);
        }
      } catch (error) {
        this.failures.push(error);
      }
    }
  }
}

const textOf = (value: Uint8Array): string => Buffer.from(value).toString();

function givenOf(change: WatchedChange): Extract<WatchEvent, { kind: 'given' }>['changes'][number] {
  const { key, previous } = change;
  const shared = { key, previous: previous === null ? null : textOf(previous.value) };
  if (change.op === 'delete') return { op: 'delete', ...shared };
  return { op: 'put', ...shared, value: change.value === null ? null : textOf(change.value) };
}

/** Watches what begins with a prefix, with what was there before, until the key `end` under that prefix is written. */
class Watcher {
  readonly prefix: string;
  readonly events: WatchEvent[] = [{ kind: 'opened', from: 1 }];
  readonly ended: Promise<void>;

  constructor(store: Store, prefix: string) {
    this.prefix = prefix;
    this.ended = this.#watch(store);
  }

  get end(): string {
    return `${this.prefix}end`;
  }

  async #watch(store: Store): Promise<void> {
    const watch = store.watch({ prefix: this.prefix, fromRevision: 1n, previous: true });
    for await (const { revision, changes } of watch.revisions({ progress: true })) {
      const kind = changes.length === 0 ? 'progress' : 'given';
      this.events.push({ kind, revision: Number(revision), changes: changes.map(givenOf) });
      if (changes.some(({ key }) => key === this.end)) return;
    }
  }
}

describe('a watcher', () => {
  test('misses nothing and sees nothing twice, though the leader and its own node are killed again and again', {
    timeout: 60_000 + writes * 10,
  }, async () => {
    const cluster = await TestCluster.start();
    const store = await cluster.connect({ timeoutMs: 30_000 });
    const watching = await cluster.connect();
    const watchers = ['', '/w/7', '/none/'].map((prefix) => new Watcher(watching, prefix));
    const writing = new Writing(store);
    for (let kill = 0; kill < kills; kill += 1) {
      const enough = Math.floor(((kill + 1) * writes) / (kills + 2));
      await eventually(`${enough} writes were begun`, async () => (writing.count >= enough ? true : null), {
        timeoutMs: 60_000 + writes * 5,
      });
      // Of three nodes any may be the watcher's: the leader, and each of the others in turn.
      const victims = kill % 2 === 0 ? [await cluster.leader()] : [...(await cluster.followers())];
      for (const victim of victims) {
        await cluster.node(victim).end('SIGKILL');
        await cluster.restart(victim);
      }
    }
    await writing.ended;
    const then = watchers.map(({ end: key }) => ({ op: 'put', key, value: 'x' }) as const);
    const { revision } = await store.txn({ then });
    writing.revisions.set(revision, then);
    await Promise.all(watchers.map(({ ended }) => ended));

    expect(writing.failures).toEqual([]);
    const { history } = writing;
    expect(history).toHaveLength(Number(revision));
    for (const { prefix, events } of watchers) {
      const selects = (key: string): boolean => key.startsWith(prefix);
      expect(checkWatch(history, { selects, filter: null, events })).toBeNull();
    }
    const all = watchers[0]?.events.flatMap((event) => (event.kind === 'given' ? [event.revision] : []));
    expect(all).toEqual(history.map((one) => one.revision));
  });
});
