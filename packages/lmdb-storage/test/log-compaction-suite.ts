import { nodeId } from '@quorate/actor';
import {
  configurationOf,
  encodeConfiguration,
  type FlushableLogStorage,
  type LogStorage,
  logIndex,
  type SnapshotRecord,
  term,
} from '@quorate/raft';
import { describe, expect, test } from 'vitest';
import type { StorageUnderTest } from './log-storage-suite.ts';
import { entries, entry, plain, timeOf } from './sample-entries.ts';

const all = { maxEntries: 1_000, maxBytes: 1_000_000 };
const members = configurationOf([{ id: nodeId('n1'), storageId: 'disk-of-n1' }]);

/** The record of a snapshot. */
export const snapshotAt = (index: number, ofTerm: number): SnapshotRecord => ({
  index: logIndex(index),
  term: term(ofTerm),
  ...timeOf(index),
  configuration: members,
  id: `${index}-${ofTerm}-0123456789abcdef`,
  bytes: 100 + index,
});

const placed = (index: number, ofTerm: number) => ({
  ...entry(index, ofTerm),
  kind: 'configuration' as const,
  command: encodeConfiguration(members),
});

const ends = ({ firstIndex, lastIndex }: LogStorage): readonly number[] => [firstIndex, lastIndex];
const termsOf = (storage: LogStorage, from: number, to: number): readonly (number | null)[] =>
  Array.from({ length: to - from + 1 }, (_, at) => storage.termAt(logIndex(from + at)));
const indexesOf = (storage: LogStorage): readonly number[] =>
  storage.read(storage.firstIndex, all).map(({ index }) => index);

/** Flushes until nothing is staged. */
async function flushAll({ storage, settle }: StorageUnderTest): Promise<void> {
  while (storage.staged) {
    const outcome = new Promise((resolve) => storage.flush(resolve));
    settle();
    expect(await outcome).toMatchObject({ kind: 'flushed', written: storage.written });
  }
}

/** What every log storage does with snapshots: `when` says whether what came before is on disk. */
export function describeCompaction(name: string, open: () => Promise<StorageUnderTest>): void {
  describe.each(['staged', 'flushed'] as const)(`compaction of a log that is %s: ${name}`, (when) => {
    /** A log of ten entries, in three terms, with two configurations. */
    const openLog = async (): Promise<{ subject: StorageUnderTest; storage: FlushableLogStorage }> => {
      const subject = await open();
      const { storage } = subject;
      storage.setHardState({ currentTerm: term(9), votedFor: null });
      storage.append([
        ...entries(1, 2, 1),
        placed(3, 1),
        entry(4, 1),
        ...entries(5, 2, 2),
        placed(7, 2),
        ...entries(8, 3, 4),
      ]);
      if (when === 'flushed') await flushAll(subject);
      return { subject, storage };
    };

    test('a snapshot is known at once, and the log stays as it is', async () => {
      const { subject, storage } = await openLog();
      expect(storage.snapshot).toBeNull();
      storage.setSnapshot(snapshotAt(6, 2));
      expect(storage.snapshot).toEqual(snapshotAt(6, 2));
      expect([storage.staged, ...ends(storage)]).toEqual([true, 1, 10]);
      await flushAll(subject);
      expect(storage.snapshot).toEqual(snapshotAt(6, 2));
      expect(indexesOf(storage)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    });

    test('nothing is compacted that no snapshot covers', async () => {
      const { storage } = await openLog();
      expect(() => storage.compact(logIndex(1))).toThrow(RangeError);
      storage.setSnapshot(snapshotAt(6, 2));
      expect(() => storage.compact(logIndex(7))).toThrow(RangeError);
      storage.setSnapshot(snapshotAt(20, 4));
      expect(() => storage.compact(logIndex(11))).toThrow(RangeError);
      expect(ends(storage)).toEqual([1, 10]);
    });

    test('what is compacted is gone, but for the term of the last of it', async () => {
      const { subject, storage } = await openLog();
      storage.setSnapshot(snapshotAt(8, 4));
      const { written } = storage;
      storage.compact(logIndex(5));
      expect(storage.written).toBe(written + 1);
      const expectCompacted = (): void => {
        expect(ends(storage)).toEqual([6, 10]);
        expect(termsOf(storage, 3, 11)).toEqual([null, null, 2, 2, 2, 4, 4, 4, null]);
        expect(indexesOf(storage)).toEqual([6, 7, 8, 9, 10]);
        expect(storage.read(logIndex(5), all)).toEqual([]);
        expect(storage.configurations.map(({ index }) => index)).toEqual([7]);
      };
      expectCompacted();
      await flushAll(subject);
      expectCompacted();
      storage.compact(logIndex(5));
      storage.compact(logIndex(2));
      expectCompacted();
      expect(() => storage.truncate(logIndex(5))).toThrow(RangeError);
    });

    test('a log that was compacted to its end goes on behind it', async () => {
      const { subject, storage } = await openLog();
      storage.setSnapshot(snapshotAt(10, 4));
      storage.compact(logIndex(10));
      expect(ends(storage)).toEqual([11, 10]);
      expect(termsOf(storage, 9, 11)).toEqual([null, 4, null]);
      storage.append([entry(11, 5), entry(12, 6)]);
      await flushAll(subject);
      storage.truncate(logIndex(12));
      storage.append([entry(12, 7)]);
      await flushAll(subject);
      expect(storage.read(logIndex(11), all).map(plain)).toEqual([entry(11, 5), entry(12, 7)].map(plain));
      expect(termsOf(storage, 10, 13)).toEqual([4, 5, 7, null]);
      expect(storage.configurations).toEqual([]);
    });

    test('a snapshot from a peer takes nothing of what follows an entry that the log has', async () => {
      const { subject, storage } = await openLog();
      storage.installSnapshot(snapshotAt(6, 2));
      expect(storage.snapshot).toEqual(snapshotAt(6, 2));
      expect(ends(storage)).toEqual([7, 10]);
      await flushAll(subject);
      expect(storage.read(logIndex(7), all).map(plain)).toEqual([placed(7, 2), ...entries(8, 3, 4)].map(plain));
      expect(storage.configurations.map(({ index }) => index)).toEqual([7]);
      storage.installSnapshot(snapshotAt(10, 4));
      expect(ends(storage)).toEqual([11, 10]);
    });

    test.each([
      ['another term', 6, 3],
      ['an index beyond its end', 30, 4],
    ])('a snapshot from a peer takes the place of a log that has %s', async (_what, index, ofTerm) => {
      const { subject, storage } = await openLog();
      storage.installSnapshot(snapshotAt(index, ofTerm));
      const expectInstalled = (): void => {
        expect(storage.snapshot).toEqual(snapshotAt(index, ofTerm));
        expect(ends(storage)).toEqual([index + 1, index]);
        expect(termsOf(storage, index - 1, index + 1)).toEqual([null, ofTerm, null]);
        expect(storage.read(logIndex(index + 1), all)).toEqual([]);
        expect(storage.configurations).toEqual([]);
      };
      expectInstalled();
      await flushAll(subject);
      expectInstalled();
      storage.append([entry(index + 1, ofTerm), entry(index + 2, 9)]);
      await flushAll(subject);
      expect(indexesOf(storage)).toEqual([index + 1, index + 2]);
    });

    test('entries may follow in the same flush', async () => {
      const { subject, storage } = await openLog();
      storage.installSnapshot(snapshotAt(8, 5));
      storage.append(entries(9, 1, 6));
      await flushAll(subject);
      expect(storage.read(logIndex(9), all).map(plain)).toEqual(entries(9, 1, 6).map(plain));
      expect(termsOf(storage, 7, 10)).toEqual([null, 5, 6, null]);
    });

    test('all of it may come while a flush is under way', async () => {
      const { subject, storage } = await openLog();
      storage.append(entries(11, 10, 5));
      const outcome = new Promise((resolve) => storage.flush(resolve));
      storage.setSnapshot(snapshotAt(15, 5));
      storage.compact(logIndex(13));
      storage.append(entries(21, 1, 6));
      storage.installSnapshot(snapshotAt(18, 7));
      storage.append(entries(19, 2, 8));
      subject.settle();
      await outcome;
      expect(storage.staged).toBe(true);
      await flushAll(subject);
      expect(ends(storage)).toEqual([19, 20]);
      expect(storage.read(logIndex(19), all).map(plain)).toEqual(entries(19, 2, 8).map(plain));
    });
  });
}
