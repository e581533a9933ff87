import { expect, test } from 'vitest';
import type { ImportEntry } from '../src/import/import-entries.ts';
import { putAll } from '../src/put-all.ts';

const entries = (count: number): readonly ImportEntry[] =>
  Array.from({ length: count }, (_, at) => ({ key: `/k/${at}`, value: new Uint8Array([at]) }));

/** A store whose writes end when the test says so. */
function slowStore(): { readonly puts: string[]; put(key: string): Promise<{ revision: bigint }>; settle(): void } {
  const puts: string[] = [];
  let waiting: (() => void)[] = [];
  return {
    puts,
    put: (key) => {
      puts.push(key);
      return new Promise((resolve) => waiting.push(() => resolve({ revision: 1n })));
    },
    settle: () => {
      const settled = waiting;
      waiting = [];
      for (const resolve of settled) resolve();
    },
  };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('at most 32 writes are under way, and all are made', async () => {
  const store = slowStore();
  const progress: number[] = [];
  const done = putAll(store, entries(80), (written) => progress.push(written));
  await turn();
  expect(store.puts).toHaveLength(32);
  for (let round = 0; round < 3; round += 1) {
    store.settle();
    await turn();
  }
  await done;
  expect(new Set(store.puts).size).toBe(80);
  expect(progress).toEqual(Array.from({ length: 80 }, (_, at) => at + 1));
});

test('after a failure no more writes are begun, and what was written is told', async () => {
  const puts: string[] = [];
  const store = {
    put: async (key: string) => {
      puts.push(key);
      if (key === '/k/40') throw new Error('no leader');
      return { revision: 1n };
    },
  };
  await expect(putAll(store, entries(1000), () => {})).rejects.toThrow(/^\d+ of 1000 keys were written: no leader$/);
  expect(puts.length).toBeLessThan(200);
});
