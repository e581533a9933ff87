import { QuorateError, type Store } from '@quorate/client';
import { expect, test } from 'vitest';
import { TestCluster } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';

const callers = 16;
const kills = 5;

/** Callers of one store who each count up a counter of their own, blindly, and one that all share, by its revision. */
class Counting {
  /** What each caller was told that it wrote, by key. */
  readonly written = new Map<string, number>();
  readonly codes: string[] = [];
  longestGapMs = 0;
  #lastMs = performance.now();
  #total = 0;
  #stopped = false;
  readonly #callers: readonly Promise<void>[];

  constructor(store: Store) {
    this.#callers = Array.from({ length: callers }, (_, caller) => this.#count(store, caller));
  }

  async progress(writes = 200): Promise<void> {
    const enough = this.#total + writes;
    await eventually(`${writes} more increments are acknowledged`, async () => (this.#total >= enough ? true : null));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#callers);
  }

  async #count(store: Store, caller: number): Promise<void> {
    for (let turn = 0; !this.#stopped; turn += 1) {
      if (turn % 4 === 3) await this.#increment(store, '/shared');
      else await this.#try(`/own/${caller}`, () => store.put(`/own/${caller}`, `${turn}`));
    }
  }

  async #increment(store: Store, key: string): Promise<void> {
    const entry = await store.get(key, { timeoutMs: 30_000 });
    const count = entry === null ? 0 : Number(Buffer.from(entry.value).toString());
    await this.#try(key, () => store.put(key, `${count + 1}`, { ifRevision: entry?.modRevision ?? 0n }));
  }

  async #try(key: string, write: () => Promise<unknown>): Promise<void> {
    try {
      await write();
      this.written.set(key, 1 + (this.written.get(key) ?? 0));
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - this.#lastMs);
      this.#lastMs = performance.now();
      this.#total += 1;
    } catch (error) {
      const code = error instanceof QuorateError ? error.code : String(error);
      // Somebody else was first.
      if (code !== 'RevisionMismatch') this.codes.push(code);
    }
  }
}

test('every write of a session is made once, and answered, however often the leader is killed', {
  timeout: 120_000,
}, async () => {
  const cluster = await TestCluster.start();
  const store = await cluster.connect({ timeoutMs: 20_000 });
  const counting = new Counting(store);
  await counting.progress();
  for (let kill = 0; kill < kills; kill += 1) {
    const leader = await cluster.leader();
    await cluster.node(leader).end('SIGKILL');
    await counting.progress();
    await cluster.restart(leader);
  }
  await counting.progress();
  await counting.stop();

  expect(counting.codes).toEqual([]);
  for (const [key, times] of counting.written) {
    const entry = await store.get(key);
    expect({ key, version: entry?.version }).toEqual({ key, version: BigInt(times) });
  }
  const shared = await store.get('/shared');
  expect(Buffer.from(shared?.value ?? []).toString()).toBe(String(counting.written.get('/shared')));
  console.log(`the longest time without an acknowledged increment: ${counting.longestGapMs.toFixed(0)} ms`);
});
