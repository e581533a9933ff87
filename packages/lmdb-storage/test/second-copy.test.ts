import { cpSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { type HardState, term } from '@quorate/raft';
import { expect, onTestFinished, test, vi } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { saveFormation } from '../src/essential-records.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { SecondCopy } from '../src/second-copy.ts';
import { entry } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const group = groupId('config');
const slotBytes = 64 * 1024;

async function open(path: string): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

async function voted(folder: DataFolder, hardState: HardState): Promise<void> {
  const log = folder.openLog(group);
  log.setHardState(hardState);
  await new Promise((resolve) => log.flush(resolve));
}

/** A folder whose node has voted in term 5. */
async function usedFolder(): Promise<string> {
  const path = temporaryFolder();
  const folder = await open(path);
  await voted(folder, { currentTerm: term(5), votedFor: nodeId('n2') });
  await folder.close();
  return path;
}

const copyOf = (path: string): string => join(path, 'second-copy');

function damageSlot(path: string, slot: number): void {
  const bytes = readFileSync(copyOf(path));
  const at = slot * slotBytes + 40;
  bytes[at] = (bytes[at] ?? 0) ^ 0x20;
  writeFileSync(copyOf(path), bytes);
}

const spoilLog = (path: string): void => writeFileSync(join(path, 'log', 'data.mdb'), 'x'.repeat(9_000));

test('a vote is in both slots when it is flushed', async () => {
  const path = temporaryFolder();
  const folder = await open(path);
  await voted(folder, { currentTerm: term(3), votedFor: null });
  for (const slot of [0, 1]) {
    const copy = temporaryFolder();
    cpSync(copyOf(path), copyOf(copy));
    damageSlot(copy, slot);
    const { essentials, damage } = await SecondCopy.read(copy);
    expect(essentials?.hardStates.get(group)).toEqual({ currentTerm: 3, votedFor: null });
    expect(damage).toBe('one of its slots is damaged');
  }
});

test('so is the longest promise: a log that is lost, and one that is not, begin with it', async () => {
  const path = await usedFolder();
  const folder = await open(path);
  const used = folder.openLog(group);
  used.setLongestPromise(50);
  await new Promise((resolve) => used.flush(resolve));
  await folder.close();
  const again = await open(path);
  expect(again.openLog(group).longestPromiseMs).toBe(50);
  await again.close();
  spoilLog(path);
  const log = (await open(path)).openLog(group);
  expect([log.damage, log.longestPromiseMs]).toEqual([expect.stringContaining('no LMDB file'), 50]);
});

test('one of before there were promises is read as one that has none', async () => {
  const path = await usedFolder();
  const bytes = readFileSync(copyOf(path));
  for (const slot of [0, slotBytes]) {
    const length = bytes.readUInt32BE(slot + 24);
    const { longestPromises: _, ...content } = JSON.parse(bytes.toString('utf8', slot + 28, slot + 28 + length));
    const written = Buffer.from(JSON.stringify(content));
    bytes.writeUInt32BE(1, slot + 12);
    bytes.writeUInt32BE(written.length, slot + 24);
    written.copy(bytes, slot + 28);
    bytes.writeUInt32BE(crc32(bytes.subarray(slot + 4, slot + 28 + written.length)), slot);
  }
  writeFileSync(copyOf(path), bytes);
  const { essentials, damage } = await SecondCopy.read(path);
  expect(damage).toBeNull();
  expect(essentials?.hardStates.get(group)).toEqual({ currentTerm: 5, votedFor: 'n2' });
  expect(essentials?.longestPromises).toEqual(new Map());
});

test('appending writes nothing to it', async () => {
  const path = await usedFolder();
  const folder = await open(path);
  const before = readFileSync(copyOf(path));
  const log = folder.openLog(group);
  log.append([entry(1, 5)]);
  await new Promise((resolve) => log.flush(resolve));
  expect(readFileSync(copyOf(path)).equals(before)).toBe(true);
});

test.each([0, 1])('a log that is lost begins with its vote, though slot %i is damaged', async (slot) => {
  const path = await usedFolder();
  damageSlot(path, slot);
  spoilLog(path);
  const log = (await open(path)).openLog(group);
  expect(log.damage).toContain('no LMDB file');
  expect(log.hardState).toEqual({ currentTerm: 5, votedFor: 'n2' });
});

test.each<[string, (path: string) => void]>([
  ['both slots are damaged', (path) => [0, 1].map((slot) => damageSlot(path, slot))],
  ['it is empty', (path) => truncateSync(copyOf(path))],
  ['it is missing', (path) => rmSync(copyOf(path))],
])('is written again from the log when %s, and without the log the votes are lost', async (_what, spoil) => {
  const path = await usedFolder();
  spoil(path);
  const folder = await open(path);
  expect(folder.findings).toEqual([expect.stringContaining('second-copy')]);
  expect(folder.openLog(group).hardState).toEqual({ currentTerm: 5, votedFor: 'n2' });
  await folder.close();
  expect((await SecondCopy.read(path)).damage).toBeNull();
  expect((await open(path)).findings).toEqual([]);
});

test('without either copy the storage is spent', async () => {
  const path = await usedFolder();
  for (const slot of [0, 1]) damageSlot(path, slot);
  spoilLog(path);
  for (let time = 0; time < 2; time += 1) {
    const refused = open(path);
    await expect(refused).rejects.toMatchObject({ code: 'HardStateLost' });
    await expect(refused).rejects.toThrow('quorate members replace');
    expect(readFileSync(join(path, 'log', 'data.mdb'), 'utf8')).toBe('x'.repeat(9_000));
  }
});

test('the newer of log and copy counts', async () => {
  const path = await usedFolder();
  const older = temporaryFolder();
  cpSync(path, older, { recursive: true });
  const folder = await open(path);
  await voted(folder, { currentTerm: term(7), votedFor: null });
  await folder.close();
  // The copy is ahead of the log, and then the log of the copy.
  const ahead = temporaryFolder();
  cpSync(older, ahead, { recursive: true });
  cpSync(copyOf(path), copyOf(ahead));
  expect((await open(ahead)).openLog(group).hardState).toEqual({ currentTerm: 7, votedFor: null });
  cpSync(copyOf(older), copyOf(path));
  expect((await open(path)).openLog(group).hardState).toEqual({ currentTerm: 7, votedFor: null });
});

test('a vote counts for more than none in the same term', async () => {
  const path = temporaryFolder();
  const folder = await open(path);
  await voted(folder, { currentTerm: term(5), votedFor: null });
  await folder.close();
  const voter = temporaryFolder();
  cpSync(path, voter, { recursive: true });
  const again = await open(voter);
  await voted(again, { currentTerm: term(5), votedFor: nodeId('n3') });
  await again.close();
  cpSync(copyOf(voter), copyOf(path));
  expect((await open(path)).openLog(group).hardState).toEqual({ currentTerm: 5, votedFor: 'n3' });
});

test('a folder that an older build made gets one, and nothing is said', async () => {
  const path = await usedFolder();
  rmSync(copyOf(path));
  const { open: openEnvironment } = await import('lmdb');
  const binary = { encoding: 'binary', keyEncoding: 'binary' } as const;
  const environment = openEnvironment({ path: join(path, 'log'), noSubdir: false, overlappingSync: false, ...binary });
  await environment.openDB({ name: 'damages', ...binary }).drop();
  await environment.close();
  const folder = await open(path);
  expect(folder.findings).toEqual([]);
  expect((await SecondCopy.read(path)).essentials?.hardStates.get(group)?.currentTerm).toBe(5);
});

test('one of another storage, or of a format that is not known, is refused', async () => {
  const path = await usedFolder();
  cpSync(copyOf(await usedFolder()), copyOf(path));
  await expect(open(path)).rejects.toThrow('its second-copy is of another storage');
});

test('a formation is in it only when it is in the log, with what belongs to it', async () => {
  const environment = new LogEnvironment(temporaryFolder());
  onTestFinished(() => environment.close());
  const identity = { storageId: '1'.repeat(32), incarnation: 1 };
  const copy = await SecondCopy.open(temporaryFolder(), {
    identity,
    formation: null,
    hardStates: new Map(),
    longestPromises: new Map(),
  });
  onTestFinished(() => copy.close());
  environment.secondCopy = copy;
  const save = vi.spyOn(copy, 'save').mockImplementation(async () => {
    expect(environment.identity.getBinary(Buffer.from('formation'))).toBeDefined();
  });
  await saveFormation(environment, {
    formatVersion: 1,
    clusterName: clusterName('main'),
    voters: [{ id: nodeId('n1'), storageId: identity.storageId }],
    snapshotChecksum: null,
  });
  expect(save).toHaveBeenCalledOnce();
});
