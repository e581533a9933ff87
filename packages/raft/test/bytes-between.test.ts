import { expect, test } from 'vitest';
import { logIndex, MemoryLogStorage } from '../src/index.ts';
import { bytesBetween } from '../src/storage/bytes-between.ts';
import { entriesOf } from './support/entries.ts';

test('the bytes of a stretch of the log are those of its entries, each with its envelope', () => {
  const log = new MemoryLogStorage({ immediate: true });
  log.append(entriesOf(Array(3_000).fill(1)).map((entry) => ({ ...entry, command: new Uint8Array(72) })));
  expect(bytesBetween(log, logIndex(0), logIndex(3_000))).toBe(600_000);
  expect(bytesBetween(log, logIndex(100), logIndex(1_500))).toBe(280_000);
  expect(bytesBetween(log, logIndex(7), logIndex(7))).toBe(0);
});
