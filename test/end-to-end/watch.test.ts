import type { Store, WatchedRevision } from '@quorate/client';
import { describe, expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

/** As many writes as the watcher sees; the watch was tried with 100,000 too: `QUORATE_WATCHED_WRITES=100000`. */
const writes = Number(process.env['QUORATE_WATCHED_WRITES'] ?? 5_000);
const writers = 32;
const kills = 5;

/** Writes counters under `/w/`, each of a writer's own, many at a time. Every eighth is a transaction of two keys. */
class Writing {
  /** What was written, by the revision that was answered. */
  readonly revisions = new Map<bigint, readonly string[]>();
  readonly failures: unknown[] = [];
  readonly ended: Promise<unknown>;
  #count = 0;

  constructor(store: Store) {
    this.ended = Promise.all(Array.from({ length: writers }, (_, writer) => this.#write(store, writer)));
  }

  get count(): number {
    return this.#count;
  }

  async #write(store: Store, writer: number): Promise<void> {
    for (let turn = 0; this.#count < writes; turn += 1) {
      this.#count += 1;
      const key = `/w/${writer}`;
      const value = `${turn}`;
      try {
        if (turn % 8 !== 7) this.revisions.set((await store.put(key, value)).revision, [`${key}=${value}`]);
        else {
          const then = [
            { op: 'put', key, value },
            { op: 'put', key: `${key}/twin`, value },
          ] as const;
          const { revision } = await store.txn({ then });
          this.revisions.set(revision, [`${key}=${value}`, `${key}/twin=${value}`]);
        }
      } catch (error) {
        this.failures.push(error);
      }
    }
  }
}

const textsOf = ({ changes }: WatchedRevision): readonly string[] =>
  changes.map((change) => `${change.key}=${change.op === 'put' ? Buffer.from(change.value ?? []).toString() : ''}`);

/** Watches until a revision that is given later. */
class Watcher {
  readonly revisions: WatchedRevision[] = [];
  readonly ended: Promise<void>;
  #last: bigint | null = null;

  constructor(store: Store) {
    this.ended = this.#watch(store);
  }

  async until(revision: bigint): Promise<void> {
    this.#last = revision;
    await eventually('the watcher has come to the end', async () => {
      return (this.revisions.at(-1)?.revision ?? 0n) >= revision ? true : null;
    });
    await this.ended;
  }

  async #watch(store: Store): Promise<void> {
    for await (const revision of store.watch({ prefix: '', fromRevision: 1n, previous: true }).revisions()) {
      this.revisions.push(revision);
      if (revision.revision === this.#last) return;
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
    const watcher = new Watcher(watching);
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
    const { revision } = await store.put('/end', 'x');
    await watcher.until(revision);

    expect(writing.failures).toEqual([]);
    const seen = watcher.revisions.slice(0, -1);
    expect(seen.map((one) => one.revision)).toEqual(seen.map((_, at) => BigInt(at + 1)));
    expect(seen).toHaveLength(Number(revision) - 1);
    for (const one of seen) expect(textsOf(one)).toEqual(writing.revisions.get(one.revision));
    const last = new Map<string, bigint>();
    for (const { revision: at, changes } of seen) {
      for (const { key, previous } of changes) {
        expect({ key, at, previous: previous?.modRevision }).toEqual({ key, at, previous: last.get(key) });
        last.set(key, at);
      }
    }
  });
});
