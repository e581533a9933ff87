import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { type FormationRecord, logIndex, type SnapshotRecord, term } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import { entries, timeOf } from './sample-entries.ts';
import { SnapshotSubject, values } from './snapshot-subject.ts';
import { temporaryFolder } from './temporary-folder.ts';

const group = groupId('config');
const formation: FormationRecord = {
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: [{ id: nodeId('n1'), storageId: '1'.repeat(32) }],
  snapshotChecksum: null,
};

let path: string;
let record: SnapshotRecord;

const open = (): Promise<SnapshotSubject> => SnapshotSubject.open({ path, clusterId: clusterIdOf(formation) });
const fileOf = (id: string): string => join(path, 'snapshots', 'config', `${id}.snapshot`);
const names = (): readonly string[] => readdirSync(join(path, 'snapshots', 'config'));

/** A folder with 30 entries, a snapshot of 20, and a log that begins after `compacted`. */
async function usedFolder(compacted: number, lastApplied: number): Promise<void> {
  path = temporaryFolder();
  const subject = await open();
  await subject.folder.acceptFormation(formation);
  const log = subject.folder.openLog(group);
  log.setHardState({ currentTerm: term(1), votedFor: null });
  log.append(entries(1, 30, 1));
  subject.write(20, values(100, 300));
  record = await subject.take();
  log.setSnapshot(record);
  if (compacted > 0) log.compact(logIndex(compacted));
  await new Promise((resolve) => log.flush(resolve));
  if (lastApplied !== 20) subject.write(lastApplied, values(10, 5));
  await subject.close();
}

const alter = (id = record.id): void => {
  const bytes = readFileSync(fileOf(id));
  bytes.writeUInt8(bytes.readUInt8(9_000) ^ 1, 9_000);
  writeFileSync(fileOf(id), bytes);
};

describe.each([
  ['missing', () => rmSync(fileOf(record.id)), 'it is missing'],
  ['damaged', alter, 'the checksum of a block does not match'],
] as const)('a snapshot that is %s', (_what, spoil, says) => {
  test('is done without where the log has all entries', async () => {
    await usedFolder(0, 10);
    spoil();
    const subject = await open();
    const log = subject.folder.openLog(group);
    expect(log).toMatchObject({ damage: null, snapshot: null, firstIndex: 1, lastIndex: 30 });
    expect(subject.folder.findings).toEqual([expect.stringContaining(says)]);
    expect(subject.tables.progress.lastApplied).toBe(10);
    expect(names()).toEqual([]);
    await subject.close();
    expect((await open()).folder.findings).toEqual([]);
  });

  test.each([20, 25])('is written again from a state that has applied %i', async (lastApplied) => {
    await usedFolder(15, lastApplied);
    spoil();
    const subject = await open();
    const { snapshot, damage, firstIndex } = subject.folder.openLog(group);
    expect([damage, firstIndex, snapshot?.index]).toEqual([null, 16, lastApplied]);
    expect(snapshot).toMatchObject({ configuration: record.configuration, ...timeOf(lastApplied) });
    expect(subject.folder.findings).toEqual([expect.stringContaining(says)]);
    expect(names()).toEqual([`${snapshot?.id}.snapshot`]);
    if (lastApplied === 20) expect(snapshot).toEqual(record);
    await subject.close();
    const again = await open();
    expect(again.folder.findings).toEqual([]);
    if (snapshot === null) throw new Error('there is no snapshot');
    again.files.load(snapshot);
    await again.answer('snapshotLoaded');
    expect(again.tables.progress.lastApplied).toBe(lastApplied);
  });

  test('takes the log with it where it is needed', async () => {
    await usedFolder(15, 20);
    spoil();
    writeFileSync(join(path, 'state', 'boot-id'), 'another\n');
    const subject = await open();
    const log = subject.folder.openLog(group);
    expect(log.damage).toContain(says);
    expect(log).toMatchObject({ firstIndex: 1, lastIndex: 0, snapshot: null, hardState: { currentTerm: 1 } });
    expect(names()).toEqual([]);
  });
});

describe('a snapshot that says that it is of another format version', () => {
  const sayVersion = (hash: (content: Buffer) => Buffer): Buffer => {
    const bytes = readFileSync(fileOf(record.id));
    bytes.writeUInt32BE(77, 8);
    const end = bytes.length - 49;
    hash(bytes.subarray(0, end)).copy(bytes, bytes.length - 32);
    writeFileSync(fileOf(record.id), bytes);
    return bytes;
  };
  const sha256 = (content: Buffer): Buffer => createHash('sha256').update(content).digest();

  test.each([
    ['and the log has a record of it', (): void => {}],
    ['and nobody knows of it', (): void => renameSync(fileOf(record.id), fileOf(`9${record.id}`))],
  ])('and is whole is kept, and the folder refused: %s', async (_what, move) => {
    await usedFolder(15, 25);
    const bytes = sayVersion(sha256);
    move();
    const before = names();
    const found = expect.stringContaining('has format version 77, and this build knows');
    await expect(open()).rejects.toMatchObject({ code: 'UnknownFormatVersion', message: found });
    expect(names()).toEqual(before);
    expect(readFileSync(join(path, 'snapshots', 'config', before[0] ?? ''))).toEqual(bytes);
  });

  test('and does not end with its hash is damaged, as any other', async () => {
    await usedFolder(15, 25);
    sayVersion(() => Buffer.alloc(32));
    const subject = await open();
    expect(subject.folder.findings).toEqual([expect.stringContaining('was written in its place')]);
  });
});

describe('beside a log that was set aside', () => {
  beforeEach(async () => {
    await usedFolder(15, 20);
    writeFileSync(join(path, 'log', 'data.mdb'), 'x'.repeat(9_000));
  });

  test('a whole snapshot stays, and needs not come again', async () => {
    const subject = await open();
    expect(subject.folder.openLog(group).snapshot).toBeNull();
    expect(subject.files.storedBytes(record)).toBe(record.bytes);
  });

  test('a damaged one goes, and has to', async () => {
    alter();
    const subject = await open();
    expect(subject.folder.openLog(group).snapshot).toBeNull();
    expect(subject.files.storedBytes(record)).toBe(0);
    expect(names()).toEqual([]);
  });
});

test('what changes after it was read for a peer is given to nobody', async () => {
  await usedFolder(0, 20);
  const subject = await open();
  const read = (offset: number) =>
    subject.files.read({ peer: nodeId('n2'), sequence: 1, id: record.id, offset, maxBytes: 100 });
  read(0);
  expect((await subject.answer('chunkRead')).chunk?.offset).toBe(0);
  alter();
  read(8_990);
  expect(String(await subject.failure())).toContain(fileOf(record.id));
  await expect(subject.files.readStretch(record.id, 0, 10)).rejects.toThrow('it has changed');
});

test('what was damaged before it is read for a peer is given to nobody', async () => {
  await usedFolder(0, 20);
  const subject = await open();
  alter();
  subject.files.read({ peer: nodeId('n2'), sequence: 1, id: record.id, offset: 0, maxBytes: 100 });
  expect(String(await subject.failure())).toContain('the checksum of a block does not match');
});
