import { type NodeId, nodeId } from '@quorate/actor';
import {
  type Configuration,
  configurationOf,
  encodeConfiguration,
  type FlushableLogStorage,
  type FlushOutcome,
  type HardState,
  type LogEntry,
  logIndex,
  term,
  type Voter,
} from '@quorate/raft';
import { describe, expect, test } from 'vitest';
import { entries, entry, plain } from './sample-entries.ts';

/** A storage under test. */
export interface StorageUnderTest {
  readonly storage: FlushableLogStorage;
  /** Lets a flush that is under way come to its end, if it would not by itself. */
  settle(): void;
}

const all = { maxEntries: 1_000, maxBytes: 1_000_000 };
const hardState = (ofTerm: number, votedFor: NodeId | null = null): HardState => ({
  currentTerm: term(ofTerm),
  votedFor,
});
const voter = (id: string): Voter => ({ id: nodeId(id), storageId: `disk-of-${id}` });
const indexes = (of: readonly LogEntry[]): readonly number[] => of.map(({ index }) => index);

/** What every log storage does. */
export function describeLogStorage(name: string, open: () => Promise<StorageUnderTest>): void {
  const begin = ({ storage }: StorageUnderTest): Promise<FlushOutcome> =>
    new Promise((resolve) => storage.flush(resolve));
  const flush = (subject: StorageUnderTest): Promise<FlushOutcome> => {
    const outcome = begin(subject);
    subject.settle();
    return outcome;
  };

  describe(`log storage: ${name}`, () => {
    test('is empty at first', async () => {
      const { storage } = await open();
      expect(storage.hardState).toEqual({ currentTerm: 0, votedFor: null });
      expect([storage.firstIndex, storage.lastIndex, storage.written, storage.staged]).toEqual([1, 0, 0, false]);
      expect(storage.termAt(logIndex(0))).toBe(0);
      expect(storage.termAt(logIndex(1))).toBeNull();
      expect(storage.read(logIndex(1), all)).toEqual([]);
    });

    test('shows what is staged at once, and counts writes in the order of the calls', async () => {
      const subject = await open();
      const { storage } = subject;
      storage.setHardState(hardState(2, nodeId('n1')));
      expect([storage.written, storage.staged]).toEqual([1, true]);
      storage.append(entries(1, 3, 1));
      expect(storage.written).toBe(2);
      storage.append([entry(4, 2)]);
      storage.truncate(logIndex(4));
      expect(storage.written).toBe(4);
      expect(storage.hardState).toEqual({ currentTerm: 2, votedFor: 'n1' });
      expect(indexes(storage.read(logIndex(1), all))).toEqual([1, 2, 3]);
      expect(await flush(subject)).toEqual({ kind: 'flushed', written: 4 });
      expect([storage.written, storage.staged]).toEqual([4, false]);
    });

    test('shows the longest promise at once, as a write of its own', async () => {
      const subject = await open();
      const { storage } = subject;
      expect(storage.longestPromiseMs).toBe(0);
      storage.setLongestPromise(62.5);
      expect([storage.longestPromiseMs, storage.written, storage.staged]).toEqual([62.5, 1, true]);
      expect(await flush(subject)).toEqual({ kind: 'flushed', written: 1 });
      storage.setHardState(hardState(1));
      expect(storage.longestPromiseMs).toBe(62.5);
    });

    test('gives back entries as they were', async () => {
      const subject = await open();
      const { storage } = subject;
      const written: readonly LogEntry[] = [
        { ...entry(1, 1), kind: 'noop', command: new Uint8Array(0) },
        { ...entry(2, 1), fields: { traceparent: '00-1', 'of a later version': 7 } },
        { ...entry(3, 3), kind: 'configuration', command: encodeConfiguration(configurationOf([voter('n1')])) },
        { ...entry(4, 3), command: Uint8Array.from({ length: 70_000 }, (_, at) => at % 251) },
        { ...entry(5, 3), fields: {} },
      ];
      storage.setHardState(hardState(3));
      storage.append(written);
      expect(storage.read(logIndex(1), all).map(plain)).toEqual(written.map(plain));
      await flush(subject);
      expect(storage.read(logIndex(1), all).map(plain)).toEqual(written.map(plain));
    });

    test('knows the configurations that it holds', async () => {
      const subject = await open();
      const { storage } = subject;
      const one = configurationOf([voter('n1')]);
      const two = { ...one, outgoingVoters: one.voters, voters: [voter('n1'), voter('n2')], removed: [nodeId('n0')] };
      const placed = (index: number, configuration: Configuration): LogEntry => ({
        ...entry(index, 1),
        kind: 'configuration',
        command: encodeConfiguration(configuration),
      });
      storage.setHardState(hardState(1));
      storage.append([entry(1, 1), placed(2, one), entry(3, 1)]);
      expect(storage.configurations).toEqual([{ index: 2, configuration: one }]);
      await flush(subject);
      storage.append([placed(4, two), entry(5, 1)]);
      expect(storage.configurations.at(-1)).toEqual({ index: 4, configuration: two });
      storage.truncate(logIndex(5));
      expect(storage.configurations).toHaveLength(2);
      storage.truncate(logIndex(4));
      expect(storage.configurations).toEqual([{ index: 2, configuration: one }]);
      storage.append([placed(4, one)]);
      expect(storage.configurations.map(({ index }) => index)).toEqual([2, 4]);
    });

    test.each([
      ['a gap', [entry(4, 1)]],
      ['an overlap', [entry(2, 1)]],
      ['a gap further on', [entry(3, 1), entry(5, 1)]],
    ])('refuses %s, and stages nothing of it', async (_what, wrong) => {
      const { storage } = await open();
      storage.setHardState(hardState(1));
      storage.append(entries(1, 2, 1));
      expect(() => storage.append(wrong)).toThrow(RangeError);
      expect([storage.lastIndex, storage.written]).toEqual([2, 2]);
    });

    test('reads within limits, and one entry at least', async () => {
      const { storage } = await open();
      storage.setHardState(hardState(1));
      // Each costs its command and 128 bytes for the envelope.
      storage.append([1, 2, 3].map((index) => entry(index, 1, 'x'.repeat(72))));
      const read = (from: number, maxEntries: number, maxBytes: number): readonly number[] =>
        indexes(storage.read(logIndex(from), { maxEntries, maxBytes }));
      expect(read(1, 2, 1_000)).toEqual([1, 2]);
      expect(read(2, 100, 1_000)).toEqual([2, 3]);
      expect(read(1, 100, 400)).toEqual([1, 2]);
      expect(read(1, 100, 399)).toEqual([1]);
      expect(read(1, 100, 0)).toEqual([1]);
      expect(read(1, 0, 1_000)).toEqual([1]);
      expect(read(4, 100, 1_000)).toEqual([]);
      expect(read(0, 100, 1_000)).toEqual([]);
    });

    test('forgets what is truncated, and takes other entries in its place', async () => {
      const subject = await open();
      const { storage } = subject;
      storage.setHardState(hardState(4));
      storage.append([...entries(1, 2, 1), ...entries(3, 2, 2), ...entries(5, 2, 3)]);
      await flush(subject);
      storage.truncate(logIndex(4));
      expect(storage.lastIndex).toBe(3);
      expect([1, 2, 3, 4, 5].map((index) => storage.termAt(logIndex(index)))).toEqual([1, 1, 2, null, null]);
      storage.append(entries(4, 1, 4));
      expect([3, 4, 5].map((index) => storage.termAt(logIndex(index)))).toEqual([2, 4, null]);
      await flush(subject);
      expect(storage.read(logIndex(3), all).map(plain)).toEqual([entry(3, 2), entry(4, 4)].map(plain));
      storage.truncate(logIndex(1));
      expect([storage.firstIndex, storage.lastIndex]).toEqual([1, 0]);
    });

    test('truncates nothing beyond its end', async () => {
      const { storage } = await open();
      storage.setHardState(hardState(1));
      storage.append(entries(1, 2, 1));
      storage.truncate(logIndex(3));
      storage.truncate(logIndex(9));
      expect([storage.lastIndex, storage.written]).toEqual([2, 4]);
      expect(() => storage.truncate(logIndex(0))).toThrow(RangeError);
    });

    test('does not count in a flush what is staged while it is under way', async () => {
      const subject = await open();
      const { storage } = subject;
      storage.setHardState(hardState(3));
      storage.append(entries(1, 5, 1));
      const first = begin(subject);
      expect(storage.staged).toBe(false);
      storage.truncate(logIndex(3));
      storage.append(entries(3, 1, 3));
      expect(storage.staged).toBe(true);
      expect(() => storage.flush(() => {})).toThrow('under way');
      subject.settle();
      expect(await first).toEqual({ kind: 'flushed', written: 2 });
      expect(storage.staged).toBe(true);
      expect(storage.read(logIndex(2), all).map(plain)).toEqual([entry(2, 1), entry(3, 3)].map(plain));
      expect(await flush(subject)).toEqual({ kind: 'flushed', written: 4 });
      expect(storage.read(logIndex(2), all).map(plain)).toEqual([entry(2, 1), entry(3, 3)].map(plain));
    });

    test('flushes nothing when nothing is staged', async () => {
      const subject = await open();
      expect(await flush(subject)).toEqual({ kind: 'flushed', written: 0 });
      subject.storage.setHardState(hardState(1));
      await flush(subject);
      expect(await flush(subject)).toEqual({ kind: 'flushed', written: 1 });
    });

    test('says that a flush ended after `flush` returned, and once', async () => {
      const subject = await open();
      subject.storage.setHardState(hardState(1));
      let calls = 0;
      const ended = new Promise<void>((resolve) => {
        subject.storage.flush(() => {
          calls += 1;
          resolve();
        });
      });
      expect(calls).toBe(0);
      subject.settle();
      await ended;
      await flush(subject);
      expect(calls).toBe(1);
    });
  });
}
