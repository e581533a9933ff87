import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type GroupId, groupId, nodeId } from '@quorate/actor';
import { CorruptRecord, type LogEntry, logIndex, term, UnknownFormatVersion } from '@quorate/raft';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { EntryKeys, groupSeed } from '../src/group-key.ts';
import { LmdbLogStorage } from '../src/lmdb-log-storage.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { entry } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const group = groupId('config');
const keys = new EntryKeys(group);
const keyOf = (index: number, of = keys): Buffer => Buffer.from(of.at(index));

let path: string;
let environment: LogEnvironment;

const open = (of: GroupId = group, recentEntriesBytes = 0): LmdbLogStorage =>
  new LmdbLogStorage(environment, of, recentEntriesBytes);

async function write(of: GroupId, entries: readonly LogEntry[]): Promise<void> {
  const log = open(of);
  log.setHardState({ currentTerm: term(3), votedFor: nodeId('n2') });
  log.append(entries);
  await new Promise((resolve) => log.flush(resolve));
}

/** The record at an index, as bytes that may be changed. */
function record(index: number, of = keys): Buffer {
  const bytes = environment.entries.getBinary(of.at(index));
  if (bytes === undefined) throw new Error(`no record ${index}`);
  return Buffer.from(bytes);
}

const put = (index: number, bytes: Buffer): Promise<void> =>
  environment.commit((commit) => commit.put(environment.entries, keyOf(index), bytes));

const putHardState = (bytes: Buffer): Promise<void> =>
  environment.commit((commit) => commit.put(environment.hardStates, keys.prefix, bytes));

const fileHash = (): string =>
  createHash('sha256')
    .update(readFileSync(join(path, 'data.mdb')))
    .digest('hex');

/** Opening must fail, say where, and change nothing. */
function expectCorrupt(...says: readonly string[]): void {
  const before = fileHash();
  expect(() => open()).toThrow(CorruptRecord);
  for (const text of says) expect(() => open()).toThrow(text);
  expect(fileHash()).toBe(before);
}

const second = { ...entry(2, 1), fields: { traceparent: '00-1' } };

/** Opening changes nothing, and keeps all but that one entry; it is found out when it is read. */
function expectHole(index: number, says: string): LmdbLogStorage {
  const before = fileHash();
  const log = open();
  expect([log.holes, log.lastIndex]).toEqual([[index], 4]);
  expect(() => log.read(logIndex(index), { maxEntries: 1, maxBytes: 1_000 })).toThrow(says);
  expect(fileHash()).toBe(before);
  return log;
}

beforeEach(async () => {
  path = temporaryFolder();
  environment = new LogEnvironment(path);
  onTestFinished(() => environment.close());
  await write(group, [entry(1, 1), second, entry(3, 2), { ...entry(4, 3), kind: 'noop', command: new Uint8Array(0) }]);
});

describe('a damaged log', () => {
  test('has a hole for any one byte that changed, and knows by the rest what was there', async () => {
    const whole = record(2);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x04;
      await put(2, changed);
      const log = expectHole(2, 'group config, index 2');
      expect(log.mend({ ...second, term: term(2) })).toBe(false);
      expect(log.mend(second)).toBe(true);
    }
    await put(2, whole);
    expect(open().lastIndex).toBe(4);
  });

  test('has a hole where a record is cut short', async () => {
    const whole = record(1);
    for (const length of [0, 3, 10, whole.length - 1]) {
      await put(1, whole.subarray(0, length));
      expectHole(1, 'index 1');
    }
  });

  test('is refused if a record is of a format that is not known', async () => {
    const changed = record(2);
    changed[4] = 2;
    changed.writeUInt32BE(crc32(changed.subarray(4), groupSeed(group)), 0);
    await put(2, changed);
    expect(() => open()).toThrow(UnknownFormatVersion);
    expect(() => open()).toThrow('index 2 has format version 2, and this build knows 1 only');
  });

  test('is refused if a record is missing', async () => {
    await environment.commit((commit) => commit.remove(environment.entries, keyOf(2)));
    expectCorrupt('index 2', 'it is missing, and 3 is there');
  });

  test('is refused if the first record is missing', async () => {
    await environment.commit((commit) => commit.remove(environment.entries, keyOf(1)));
    expectCorrupt('index 1', 'missing');
  });

  test('has a hole where an intact record of another index stands, and nothing tells what was there', async () => {
    await put(3, record(2));
    const log = expectHole(3, 'it claims index 2');
    expect(log.mend(entry(3, 2))).toBe(false);
  });

  test('has a hole where an intact record of another group stands', async () => {
    const other = groupId('confi');
    await write(other, [entry(1, 1), entry(2, 1)]);
    await put(2, record(2, new EntryKeys(other)));
    expectHole(2, 'checksum');
  });

  test('is refused if terms fall', async () => {
    const before = record(2);
    const log = open();
    log.truncate(logIndex(1));
    log.append([entry(1, 2), entry(2, 2)]);
    await new Promise((resolve) => log.flush(resolve));
    await put(2, before);
    expectCorrupt('index 2', 'term 1 follows term 2');
  });

  test('is refused if there is no hard state', async () => {
    await environment.commit((commit) => commit.remove(environment.hardStates, keys.prefix));
    expectCorrupt('hard state', 'term 0 is before');
  });

  test('is refused for any one byte of the hard state that changed', async () => {
    const whole = Buffer.from(environment.hardStates.getBinary(keys.prefix) ?? []);
    expect(whole.length).toBeGreaterThan(8);
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x80;
      await putHardState(changed);
      expectCorrupt('hard state of group config');
    }
    await putHardState(whole);
    expect(open().hardState).toEqual({ currentTerm: 3, votedFor: 'n2' });
  });
});

test('damage that comes after the log was opened is found when it is read', async () => {
  const log = open();
  const changed = record(3);
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  await put(3, changed);
  const all = { maxEntries: 10, maxBytes: 10_000 };
  expect(log.read(logIndex(1), { ...all, maxEntries: 2 })).toHaveLength(2);
  expect(() => log.read(logIndex(1), all)).toThrow(CorruptRecord);
  await environment.commit((commit) => commit.remove(environment.entries, keyOf(3)));
  expect(() => log.read(logIndex(3), all)).toThrow('index 3: it is missing');
});

test('groups in one environment do not see each other, whatever their names', async () => {
  await write(groupId('conf'), [entry(1, 1, 'conf')]);
  await write(groupId('configs'), [entry(1, 1, 'configs'), entry(2, 2)]);
  expect(open().lastIndex).toBe(4);
  expect(open(groupId('conf')).lastIndex).toBe(1);
  expect(open(groupId('configs')).lastIndex).toBe(2);
});

test('refuses entries that would make a log that is refused when it is opened', () => {
  const log = open();
  expect(() => log.append([entry(5, 2)])).toThrow('term 2 after term 3');
  expect(() => log.append([entry(5, 4)])).toThrow('term 4 in term 3');
  expect([log.lastIndex, log.staged]).toEqual([4, false]);
});
