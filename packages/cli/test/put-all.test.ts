import { expect, test } from 'vitest';
import type { ImportEntry } from '../src/import/import-entries.ts';
import { putAll } from '../src/put-all.ts';

const entries = (count: number): readonly ImportEntry[] =>
  Array.from({ length: count }, (_, at) => ({ key: `/k/${at}`, value: new Uint8Array([at]) }));

test('entries are written in their order, each when the one before it is', async () => {
  const steps: string[] = [];
  const store = {
    put: async (key: string) => {
      steps.push(`put ${key}`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`made ${key}`);
      return { revision: 1n };
    },
  };
  await putAll(store, entries(2), (written) => steps.push(`${written} written`));
  expect(steps).toEqual(['put /k/0', 'made /k/0', '1 written', 'put /k/1', 'made /k/1', '2 written']);
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
  await expect(putAll(store, entries(1000), () => {})).rejects.toThrow(/^40 of 1000 keys were written: no leader$/);
  expect(puts).toHaveLength(41);
});
