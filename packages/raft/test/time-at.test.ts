import { expect, test } from 'vitest';
import { logIndex, MemoryLogStorage, timeAt, timeBeforeLog } from '../src/index.ts';
import { entriesOf, timeOf } from './support/entries.ts';
import { snapshotAt } from './support/snapshots.ts';

test('the time of an entry is known where the log or the snapshot has it', () => {
  const log = new MemoryLogStorage({ immediate: true });
  expect(timeAt(log, logIndex(0))).toEqual(timeBeforeLog);
  log.append(entriesOf([1, 1, 1, 1]));
  expect(timeAt(log, logIndex(3))).toMatchObject(timeOf(3));
  expect(timeAt(log, logIndex(5))).toBeNull();
  log.setSnapshot(snapshotAt(3, 1));
  log.compact(logIndex(3));
  expect(timeAt(log, logIndex(2))).toBeNull();
  expect(timeAt(log, logIndex(3))).toMatchObject(timeOf(3));
  expect(timeAt(log, logIndex(4))).toMatchObject(timeOf(4));
});
