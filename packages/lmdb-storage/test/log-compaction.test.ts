import { groupId } from '@quorate/actor';
import { CorruptRecord, type FlushOutcome, logIndex, term } from '@quorate/raft';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { EntryKeys, groupSeed } from '../src/group-key.ts';
import { LmdbLogStorage } from '../src/lmdb-log-storage.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { recordBase, recordSnapshot } from '../src/snapshot-record.ts';
import { snapshotAt } from './log-compaction-suite.ts';
import { entries, entry, plain } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const group = groupId('config');
const keys = new EntryKeys(group);
const seed = groupSeed(group);
const all = { maxEntries: 1_000_000, maxBytes: 1_000_000_000 };

let environment: LogEnvironment;

const open = (): LmdbLogStorage => new LmdbLogStorage(environment, group, 0);
const storedKeys = (): number => environment.entries.getKeysCount();
const flush = (log: LmdbLogStorage): Promise<FlushOutcome> => new Promise((resolve) => log.flush(resolve));

/** A log of so many entries, in two terms, on disk. */
async function openLog(count: number): Promise<LmdbLogStorage> {
  const log = open();
  log.setHardState({ currentTerm: term(3), votedFor: null });
  log.append(entries(1, 1, 1));
  log.append(entries(2, count - 1, 2));
  await flush(log);
  return log;
}

beforeEach(() => {
  environment = new LogEnvironment(temporaryFolder());
  onTestFinished(() => environment.close());
});

describe('a large compaction', () => {
  test('goes in batches, which take along what is written meanwhile', async () => {
    const log = await openLog(5_000);
    log.setSnapshot(snapshotAt(4_600, 2));
    log.compact(logIndex(4_500));
    expect(log.firstIndex).toBe(4_501);
    const counts: number[] = [];
    for (let index = 5_001; log.staged; index += 1) {
      log.append([entry(index, 3)]);
      expect(await flush(log)).toEqual({ kind: 'flushed', written: log.written });
      counts.push(storedKeys());
      expect(open().lastIndex).toBe(index);
    }
    const removed = counts.map((count, at) => (counts[at - 1] ?? 5_000) + 1 - count);
    expect(Math.max(...removed)).toBeLessThanOrEqual(2_000);
    expect(counts.at(-1)).toBe(500 + counts.length);
    expect(log.read(logIndex(4_501), all)).toHaveLength(500 + counts.length);
  });

  test('goes on after a restart', async () => {
    const log = await openLog(5_000);
    log.setSnapshot(snapshotAt(4_600, 2));
    log.compact(logIndex(4_500));
    await flush(log);
    const reopened = open();
    expect([reopened.firstIndex, reopened.lastIndex, reopened.written]).toEqual([4_501, 5_000, 0]);
    expect([reopened.termAt(logIndex(4_499)), reopened.termAt(logIndex(4_500))]).toEqual([null, 2]);
    expect(reopened.staged).toBe(true);
    while (reopened.staged) await flush(reopened);
    expect(storedKeys()).toBe(500);
    expect(open().staged).toBe(false);
  });

  test('may be followed by another before it is done', async () => {
    const log = await openLog(5_000);
    log.setSnapshot(snapshotAt(4_600, 2));
    log.compact(logIndex(2_500));
    const under = flush(log);
    log.compact(logIndex(4_600));
    await under;
    while (log.staged) await flush(log);
    expect(storedKeys()).toBe(400);
    expect(open().read(logIndex(4_601), all).map(plain)).toEqual(entries(4_601, 400, 2).map(plain));
  });
});

test('what is compacted before it was flushed is not written at all', async () => {
  const log = await openLog(10);
  log.append(entries(11, 10, 3));
  log.setSnapshot(snapshotAt(18, 3));
  log.compact(logIndex(15));
  while (log.staged) await flush(log);
  expect(storedKeys()).toBe(5);
  expect(open().read(logIndex(16), all).map(plain)).toEqual(entries(16, 5, 3).map(plain));
});

test('a snapshot that takes the place of the log does so in one commit, and what lies below goes later', async () => {
  const log = await openLog(5_000);
  log.installSnapshot(snapshotAt(4_000, 3));
  await flush(log);
  const reopened = open();
  expect([reopened.firstIndex, reopened.lastIndex]).toEqual([4_001, 4_000]);
  expect(reopened.snapshot).toEqual(snapshotAt(4_000, 3));
  expect(storedKeys()).toBeGreaterThan(0);
  while (reopened.staged) await flush(reopened);
  expect(storedKeys()).toBe(0);
});

test('what is compacted is not read any more, whatever became of it', async () => {
  const log = await openLog(5_000);
  log.setSnapshot(snapshotAt(4_600, 2));
  log.compact(logIndex(4_500));
  await flush(log);
  await environment.commit((commit) => commit.put(environment.entries, Buffer.from(keys.at(4_400)), Buffer.alloc(9)));
  expect(open().lastIndex).toBe(5_000);
});

test('a term that is later than the own is refused, and nothing is staged', () => {
  const log = open();
  expect(() => log.installSnapshot(snapshotAt(4, 1))).toThrow(RangeError);
  expect([log.staged, log.snapshot]).toEqual([false, null]);
});

describe('a log is corrupt', () => {
  const put = (table: 'bases' | 'snapshots', record: Buffer): Promise<void> =>
    environment.commit((commit) => commit.put(environment[table], keys.prefix, record));
  const remove = (table: 'bases' | 'snapshots'): Promise<void> =>
    environment.commit((commit) => commit.remove(environment[table], keys.prefix));
  const refusal = (): string => {
    try {
      open();
      return 'none';
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      return error.message;
    }
  };

  beforeEach(async () => {
    const log = await openLog(10);
    log.setSnapshot(snapshotAt(8, 2));
    log.compact(logIndex(5));
    while (log.staged) await flush(log);
    expect(refusal()).toBe('none');
  });

  test('without the record of where it begins, and without that of the snapshot', async () => {
    await remove('bases');
    expect(refusal()).toContain('index 1: it is missing, and 6 is there');
    await put('bases', recordBase({ index: logIndex(5), term: term(2) }, seed));
    await remove('snapshots');
    expect(refusal()).toContain('snapshot record of group config: it is missing');
  });

  test('if its first entry does not follow that record, by its index or by its term', async () => {
    await put('bases', recordBase({ index: logIndex(4), term: term(2) }, seed));
    expect(refusal()).toContain('index 5: it is missing, and 6 is there');
    await put('bases', recordBase({ index: logIndex(5), term: term(3) }, seed));
    expect(refusal()).toContain('index 6: term 2 follows term 3');
  });

  test.each([
    ['is of another term', snapshotAt(8, 1)],
    ['ends before the log begins', snapshotAt(4, 2)],
    ['ends behind the log', snapshotAt(11, 2)],
  ])('if its snapshot %s', async (_what, record) => {
    await put('snapshots', recordSnapshot(record, seed));
    expect(refusal()).toMatch(/snapshot record of group config: it ends with .*, which is not in the log from 5 to 10/);
  });

  test.each([
    ['bases', recordBase({ index: logIndex(5), term: term(2) }, seed)],
    ['snapshots', recordSnapshot(snapshotAt(8, 2), seed)],
  ] as const)('for any one byte of its %s that changed, or is missing', async (table, record) => {
    for (const at of record.keys()) {
      const altered = Buffer.from(record);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      await put(table, altered);
      expect(refusal()).toContain('checksum');
      await put(table, Buffer.from(record.subarray(0, at)));
      expect(refusal()).not.toBe('none');
    }
  });

  test('if a record is that of another group', async () => {
    await put('snapshots', recordSnapshot(snapshotAt(8, 2), groupSeed(groupId('other'))));
    expect(refusal()).toContain('checksum');
  });
});
