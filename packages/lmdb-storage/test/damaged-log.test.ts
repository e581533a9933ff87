import {
  cpSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { type FormationRecord, logIndex, term } from '@quorate/raft';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { groupPrefix, groupSeed } from '../src/group-key.ts';
import { TableKeys } from '../src/table-key.ts';
import { RowRecords } from '../src/table-record.ts';
import { keyRow, putKey } from './rows.ts';
import { entry } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const config = groupId('config');
const other = groupId('other');
const record: FormationRecord = {
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: [{ id: nodeId('n1'), storageId: '1'.repeat(32) }],
  snapshotChecksum: null,
};

async function open(path: string): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

const marker = `the third entry ${'x'.repeat(64)}`;

/** A data folder that was made, used by two groups and closed. */
async function usedFolder(): Promise<string> {
  const path = temporaryFolder();
  const folder = await open(path);
  await folder.acceptFormation(record);
  for (const [group, votedFor] of [
    [config, nodeId('n3')],
    [other, null],
  ] as const) {
    const log = folder.openLog(group);
    log.setHardState({ currentTerm: term(2), votedFor });
    log.append([entry(1, 1), entry(2, 2), entry(3, 2, group === config ? marker : 'third')]);
    await new Promise((resolve) => log.flush(resolve));
  }
  folder.openTables(config).transaction((writer) => {
    putKey(writer, '/a');
    writer.setProgress({ lastApplied: logIndex(3), lastAppliedTerm: term(2), revision: 1, stateHash: 1 });
  });
  await folder.close();
  return path;
}

const dataFile = (path: string): string => join(path, 'log', 'data.mdb');

/** Flips a bit of the file at every place where `text` stands. */
function damage(file: string, text: string): void {
  const bytes = readFileSync(file);
  let found = 0;
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
    const byte = (bytes[at + 5] ?? 0) ^ 0x10;
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.from([byte]), 0, 1, at + 5);
    found += 1;
  }
  expect(found).toBeGreaterThan(0);
}

/** The folder has what must not be lost, and empty logs that say so. */
async function expectReplaced(path: string, says: string): Promise<DataFolder> {
  const folder = await open(path);
  expect(folder.findings.join('\n')).toContain(says);
  expect(folder.findings.join('\n')).toContain('log.damaged');
  expect(folder.formationRecord).toEqual(record);
  const log = folder.openLog(config);
  expect(log.damage).toContain(says);
  expect([log.firstIndex, log.lastIndex, log.snapshot]).toEqual([1, 0, null]);
  expect(log.hardState).toEqual({ currentTerm: 2, votedFor: 'n3' });
  expect(folder.openLog(other).damage).toContain(says);
  expect(folder.stateDiscarded).toBe('damaged');
  expect(folder.openTables(config).progress.lastApplied).toBe(0);
  expect(folder.openTables(config).get(keysTable, '/a')).toBeNull();
  return folder;
}

/** Cuts the file short: what is left is no log that anything could be kept of. */
const cutShort = (path: string): void => truncateSync(dataFile(path), 3 * 4_096);

const found = 'is missing';

test('a log that cannot be read is set aside, and begins empty with its votes until it is whole again', async () => {
  const path = await usedFolder();
  cutShort(path);
  const folder = await expectReplaced(path, found);
  expect(folder.incarnation).toBe(2);
  await folder.close();
  // Also after another start.
  const again = await open(path);
  expect(again.findings).toEqual([]);
  const [log, second] = [again.openLog(config), again.openLog(other)];
  expect([log.damage, second.damage]).toEqual([expect.stringContaining(found), expect.stringContaining(found)]);
  expect(log.hardState).toEqual({ currentTerm: 2, votedFor: 'n3' });
  log.append([entry(1, 1)]);
  log.endRepair();
  expect(log.damage).toBeNull();
  expect(() => log.endRepair()).toThrow('whole');
  await new Promise((resolve) => log.flush(resolve));
  expect(readFileSync(join(path, 'log.damaged', 'data.mdb'))).toHaveLength(3 * 4_096);
  second.endRepair();
  await new Promise((resolve) => second.flush(resolve));
  await again.close();
  expect((await open(path)).openLog(config).damage).toBeNull();
  expect(existsSync(join(path, 'log.damaged'))).toBe(false);
});

test('the end of a repair that was not flushed did not happen', async () => {
  const path = await usedFolder();
  cutShort(path);
  const folder = await open(path);
  folder.openLog(config).endRepair();
  await folder.close();
  expect((await open(path)).openLog(config).damage).toContain(found);
});

const written = (log: { flush(done: () => void): void }): Promise<void> =>
  new Promise((resolve) => log.flush(() => resolve()));

const third = entry(3, 2, marker);

test('of a log with a damaged entry all others stay, and so does the state: what was there fits into the hole, and nothing else', async () => {
  const path = await usedFolder();
  damage(dataFile(path), marker);
  const folder = await open(path);
  expect(folder.findings).toEqual([
    '1 records of the log of group config do not pass their checks; all others stay, and these are fetched from the other members',
  ]);
  expect([folder.stateDiscarded, folder.openTables(config).progress.lastApplied]).toEqual([null, 3]);
  const log = folder.openLog(config);
  expect([log.holes, log.damage, log.lastIndex, log.hardState.votedFor]).toEqual([[3], null, 3, 'n3']);
  expect(log.read(logIndex(1), { maxEntries: 2, maxBytes: 1_000 })).toEqual([entry(1, 1), entry(2, 2)]);
  expect(() => log.read(logIndex(3), { maxEntries: 1, maxBytes: 1_000 })).toThrow('its checksum does not match');
  expect(log.mend(entry(3, 1, marker))).toBe(false);
  expect(log.mend(third)).toBe(true);
  expect(log.holes).toEqual([]);
  // A peer may ask for it before it is on disk.
  expect(log.read(logIndex(3), { maxEntries: 1, maxBytes: 1_000 })).toEqual([third]);
  await folder.close();
  // Not without a flush.
  const again = await open(path);
  const mended = again.openLog(config);
  expect(mended.holes).toEqual([3]);
  expect(mended.mend(third)).toBe(true);
  await written(mended);
  await again.close();
  const whole = await open(path);
  expect([whole.findings, whole.openLog(config).holes]).toEqual([[], []]);
  expect(readdirSync(path)).not.toContain('log.damaged');
});

test('an entry whose neighbours are of other terms is known by what is left of its record', async () => {
  const path = await usedFolder();
  const folder = await open(path);
  const log = folder.openLog(config);
  log.setHardState({ currentTerm: term(5), votedFor: null });
  await written(log);
  await folder.close();
  damage(dataFile(path), marker);
  const damaged = (await open(path)).openLog(config);
  expect([damaged.holes, damaged.termAt(logIndex(3))]).toEqual([[3], null]);
  expect(damaged.mend(entry(3, 3, marker))).toBe(false);
  expect(damaged.mend(entry(3, 2, 'another'))).toBe(false);
  expect(damaged.mend(third)).toBe(true);
});

test('what follows a hole that nobody can fill goes, and the log is marked', async () => {
  const path = await usedFolder();
  damage(dataFile(path), marker);
  const folder = await open(path);
  const log = folder.openLog(config);
  log.abandonHoles();
  expect([log.holes, log.lastIndex]).toEqual([[], 2]);
  await written(log);
  folder.openTables(config).transaction((writer) => {
    writer.setProgress({ lastApplied: logIndex(2), lastAppliedTerm: term(2), revision: 1, stateHash: 1 });
  });
  await folder.close();
  const again = (await open(path)).openLog(config);
  expect([again.holes, again.lastIndex, again.damage]).toEqual([[], 2, expect.stringContaining('index 3')]);
});

test.each<[string, string, (path: string) => void]>([
  ['has no file', 'it is missing', (path) => rmSync(dataFile(path))],
  ['is missing', 'it is missing', (path) => rmSync(join(path, 'log'), { recursive: true })],
  ['is empty', 'it is no LMDB file', (path) => writeFileSync(dataFile(path), '')],
  ['is no LMDB file', 'it is no LMDB file', (path) => writeFileSync(dataFile(path), 'x'.repeat(50_000))],
  ['is cut short', 'is missing', (path) => truncateSync(dataFile(path), 3 * 4_096)],
  [
    'is that of the commit before, because its newest meta is damaged',
    'its metas are of transactions',
    (path) => {
      const bytes = readFileSync(dataFile(path));
      const newest = bytes.readUInt32LE(152) > bytes.readUInt32LE(4_096 + 152) ? 0 : 4_096;
      bytes.writeUInt32LE(bytes.readUInt32LE(newest + 152) - 4, newest + 152);
      writeFileSync(dataFile(path), bytes);
    },
  ],
])('a log that %s is set aside', async (_what, says, spoil) => {
  const path = await usedFolder();
  spoil(path);
  await expectReplaced(path, says);
});

test('a log that ends before what was applied is set aside', async () => {
  const path = await usedFolder();
  const folder = await open(path);
  const log = folder.openLog(config);
  log.truncate(logIndex(3));
  await new Promise((resolve) => log.flush(resolve));
  await folder.close();
  await expectReplaced(path, 'it ends at 2, and 3 of term 2 was applied');
});

const stateKey = Buffer.from(new TableKeys(groupPrefix(config)).of(keysTable, '/a')).toString('latin1');
const stateRecord = new RowRecords().of(keysTable, keyRow('value of /a'), 0);

test.each([
  ['log', marker, -42, marker.length, groupSeed(config)],
  ['state', stateKey, stateKey.length, stateKey.length + stateRecord.length, crc32(Buffer.from(stateKey))],
] as const)(
  'a record of the %s that is whole and of another format version is kept, and the folder refused',
  async (part, text, from, to, seed) => {
    const path = await usedFolder();
    const file = join(path, part, 'data.mdb');
    const bytes = readFileSync(file);
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
      // A record is its checksum, its format and its content.
      bytes.writeUInt8(9, at + from + 4);
      bytes.writeUInt32BE(crc32(bytes.subarray(at + from + 4, at + to), seed), at + from);
    }
    writeFileSync(file, bytes);
    const found = expect.stringContaining('has format version 9, and this build knows 1 only');
    await expect(open(path)).rejects.toMatchObject({ code: 'UnknownFormatVersion', message: found });
    expect(readFileSync(file).includes(text)).toBe(true);
    expect(readdirSync(path)).not.toContain('log.damaged');
  },
);

test('only the newest damaged log is kept', async () => {
  const path = await usedFolder();
  cutShort(path);
  await (await open(path)).close();
  writeFileSync(dataFile(path), 'x'.repeat(50_000));
  await (await expectReplaced(path, 'it is no LMDB file')).close();
  expect(readFileSync(join(path, 'log.damaged', 'data.mdb'), 'utf8')).toBe('x'.repeat(50_000));
  expect(readdirSync(path).filter((name) => name.startsWith('log'))).toEqual(['log', 'log.damaged']);
});

test('a replacement that was cut short at any step ends as any other', async () => {
  const before = await usedFolder();
  cutShort(before);
  const after = temporaryFolder();
  cpSync(before, after, { recursive: true });
  await (await open(after)).close();
  const successor = join(after, 'log');

  const cuts: readonly ((path: string) => void)[] = [
    (path) => mkdirSync(join(path, 'log.draft')),
    (path) => cpSync(successor, join(path, 'log.draft'), { recursive: true }),
    (path) => cpSync(successor, join(path, 'log.new'), { recursive: true }),
    (path) => {
      cpSync(successor, join(path, 'log.new'), { recursive: true });
      renameSync(join(path, 'log'), join(path, 'log.damaged'));
      writeFileSync(join(path, 'state', 'boot-id'), 'damaged\n');
    },
  ];
  for (const cut of cuts) {
    const path = temporaryFolder();
    cpSync(before, path, { recursive: true });
    cut(path);
    const folder = await open(path);
    const log = folder.openLog(config);
    expect(log.damage).toContain(found);
    expect([log.lastIndex, log.hardState.votedFor, folder.stateDiscarded]).toEqual([0, 'n3', 'damaged']);
    await folder.close();
    expect(readdirSync(path).filter((name) => name.startsWith('log'))).toEqual(['log', 'log.damaged']);
  }
});
