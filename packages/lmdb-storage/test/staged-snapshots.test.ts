import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { clusterName, nodeId } from '@quorate/actor';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { restoredRecord, snapshotSource, stageAll, stageStretch } from './snapshot-source.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function open(path = temporaryFolder()): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

const namesIn = (folder: DataFolder): readonly string[] => {
  const path = join(folder.path, 'staged');
  return existsSync(path) ? readdirSync(path) : [];
};

test('a file comes in stretches, each once and in order, and has its name when it is whole', async () => {
  const source = await snapshotSource(1_000);
  const { length } = source.bytes;
  const folder = await open();
  expect(await stageStretch(folder, source, 0, 0)).toEqual({ storedBytes: 0, isWhole: false });
  expect(await stageStretch(folder, source, 0, 50_000)).toEqual({ storedBytes: 50_000, isWhole: false });
  for (const [from, to] of [
    [0, 50_000],
    [60_000, 70_000],
    [40_000, 60_000],
  ] as const) {
    expect(await stageStretch(folder, source, from, to)).toEqual({ storedBytes: 50_000, isWhole: false });
  }
  const damaged = { content: source.checksum, fileBytes: length, offset: 50_000, bytes: Buffer.alloc(9), checksum: 1 };
  expect(await folder.staged.stage(damaged)).toEqual({ storedBytes: 50_000, isWhole: false });
  expect(folder.staged.wholePath(source.checksum)).toBeNull();
  await folder.close();

  const again = await open(folder.path);
  expect(await stageStretch(again, source, 0, 0)).toEqual({ storedBytes: 50_000, isWhole: false });
  expect(await stageStretch(again, source, 50_000, length)).toEqual({ storedBytes: length, isWhole: true });
  expect(namesIn(again)).toEqual([`${source.checksum}.snapshot`]);
  expect(again.staged.wholePath(source.checksum)).not.toBeNull();
  expect(await stageStretch(again, source, 0, 10)).toEqual({ storedBytes: length, isWhole: true });
});

test('a file that is not what it was said to be is thrown away when all of it has come', async () => {
  const source = await snapshotSource(1_000);
  const folder = await open();
  const altered = Buffer.from(source.bytes);
  altered.writeUInt8(altered.readUInt8(60_000) ^ 4, 60_000);
  const other = Buffer.from(source.bytes);
  other.writeUInt8(9, 11);
  for (const [file, error] of [
    [{ bytes: altered, checksum: source.checksum }, CorruptRecord],
    [{ bytes: source.bytes, checksum: 'ab'.repeat(32) }, CorruptRecord],
    [{ bytes: source.bytes.subarray(0, 70_000), checksum: source.checksum }, CorruptRecord],
    [{ bytes: other, checksum: source.checksum }, UnknownFormatVersion],
  ] as const) {
    await expect(stageAll(folder, file)).rejects.toBeInstanceOf(error);
    expect(folder.staged.wholePath(file.checksum)).toBeNull();
    expect(namesIn(folder)).toEqual([]);
  }
  await stageAll(folder, source);
  expect(folder.staged.wholePath(source.checksum)).not.toBeNull();
});

test('another file takes the place of the one before', async () => {
  const [first, second] = [await snapshotSource(10), await snapshotSource(20)];
  const folder = await open();
  await stageAll(folder, first);
  await stageStretch(folder, second, 0, 10);
  expect(namesIn(folder)).toEqual([`${second.checksum}.part`]);
});

test('no name leads out of the folder', async () => {
  const folder = await open();
  expect(folder.staged.wholePath('../quorate')).toBeNull();
  const record = restoredRecord('../log/data', [folder]);
  await expect(folder.acceptFormation(record)).rejects.toMatchObject({ code: 'SnapshotNotStaged' });
});
