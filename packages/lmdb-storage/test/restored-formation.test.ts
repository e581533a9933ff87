import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { configurationOf } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { Child } from './child.ts';
import { timeOf } from './sample-entries.ts';
import { restoredRecord, type SnapshotSource, snapshotSource, stageAll, stageStretch } from './snapshot-source.ts';
import { SnapshotSubject } from './snapshot-subject.ts';
import { temporaryFolder } from './temporary-folder.ts';

const group = groupId('config');

async function open(node = 'n1', path = temporaryFolder()): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId(node), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

const snapshotsIn = ({ path }: { readonly path: string }): readonly string[] =>
  readdirSync(join(path, 'snapshots', 'config'));

/** A node of a restored cluster begins with what the file holds. */
async function expectRestored(path: string, { content }: SnapshotSource, record: ReturnType<typeof restoredRecord>) {
  const clusterId = clusterIdOf(record);
  const subject = await SnapshotSubject.open({ path, clusterId });
  expect(subject.folder.formationRecord).toEqual(record);
  const log = subject.folder.openLog(group);
  const { snapshot } = log;
  if (snapshot === null) throw new Error('the log has no record of a snapshot');
  expect(log.hardState).toEqual({ currentTerm: 1, votedFor: null });
  expect(log).toMatchObject({ firstIndex: 41, lastIndex: 40, configurations: [] });
  expect(log.termAt(log.lastIndex)).toBe(1);
  expect(snapshot).toMatchObject({ index: 40, term: 1, ...timeOf(40), configuration: configurationOf(record.voters) });
  expect(snapshotsIn(subject)).toEqual([`${snapshot.id}.snapshot`]);
  subject.files.load(snapshot);
  await subject.answer('snapshotLoaded');
  expect(subject.content()).toEqual(content);
  expect(subject.tables.progress).toEqual({ lastApplied: 40, lastAppliedTerm: 1, revision: 40, stateHash: 40 });
  await subject.close();
}

describe('a folder that is to be restored', () => {
  test('accepts no record without the whole snapshot, and nothing has changed', async () => {
    const source = await snapshotSource(1_000);
    const folder = await open();
    const record = restoredRecord(source.checksum, [folder]);
    const refused = { code: 'SnapshotNotStaged' };
    await expect(folder.acceptFormation(record, group)).rejects.toMatchObject(refused);
    await stageStretch(folder, source, 0, 100_000);
    await expect(folder.acceptFormation(record, group)).rejects.toMatchObject(refused);
    const other = await snapshotSource(10);
    await stageAll(folder, other);
    await expect(folder.acceptFormation(record, group)).rejects.toMatchObject(refused);
    expect(folder.formationRecord).toBeNull();
    expect(existsSync(join(folder.path, 'snapshots'))).toBe(false);
    expect(folder.openLog(group)).toMatchObject({ lastIndex: 0, snapshot: null });
  });

  test('has record and log from one commit, and the same snapshot as every other voter', async () => {
    const source = await snapshotSource(3_000);
    const folders = [await open('n1'), await open('n2'), await open('n3')];
    for (const folder of folders) await stageAll(folder, source);
    const record = restoredRecord(source.checksum, folders);
    const reordered = { ...record, voters: record.voters.toReversed() };
    for (const [at, folder] of folders.entries()) await folder.acceptFormation(at === 1 ? reordered : record, group);
    const [first, ...others] = folders.map((folder) => {
      const [name = ''] = snapshotsIn(folder);
      return { name, bytes: readFileSync(join(folder.path, 'snapshots', 'config', name)) };
    });
    for (const other of others) {
      expect(other.name).toBe(first?.name);
      expect(other.bytes.equals(first?.bytes ?? Buffer.alloc(0))).toBe(true);
    }
    for (const { path } of folders) expect(existsSync(join(path, 'staged'))).toBe(false);
    const [{ path } = { path: '' }] = folders;
    for (const folder of folders) await folder.close();
    await expectRestored(path, source, record);
  });

  test('of another group has the rows as that group has them', async () => {
    const source = await snapshotSource(500, { group: groupId('another') });
    const folder = await open();
    await stageAll(folder, source);
    const record = restoredRecord(source.checksum, [folder]);
    await folder.acceptFormation(record, group);
    await folder.close();
    await expectRestored(folder.path, source, record);
  });

  test('refuses what was damaged since it was staged, and throws it away', async () => {
    const source = await snapshotSource(3_000);
    const folder = await open();
    await stageAll(folder, source);
    const altered = Buffer.from(source.bytes);
    altered.writeUInt8(altered.readUInt8(400_000) ^ 1, 400_000);
    const record = restoredRecord(source.checksum, [folder]);
    for (const found of [altered, (await snapshotSource(10)).bytes]) {
      writeFileSync(folder.staged.wholePath(source.checksum) ?? '', found);
      await expect(folder.acceptFormation(record, group)).rejects.toMatchObject({ code: 'CorruptRecord' });
      expect(folder.formationRecord).toBeNull();
      expect(folder.staged.wholePath(source.checksum)).toBeNull();
      expect(snapshotsIn(folder)).toEqual([]);
      await stageAll(folder, source);
    }
    await folder.acceptFormation(record, group);
    await folder.close();
    await expectRestored(folder.path, source, record);
  });

  test('that is no first voter of the cluster needs no snapshot: it gets all from the leader', async () => {
    const folder = await open('n4');
    const record = restoredRecord('ab'.repeat(32), [await open('n1')]);
    await folder.acceptFormation(record, group);
    expect(folder.formationRecord).toEqual(record);
    expect(folder.openLog(group)).toMatchObject({ lastIndex: 0, snapshot: null });
  });
});

test('a node that is killed while it becomes a member is none, and can be tried again, or is one with all of its log', {
  timeout: 120_000,
}, async () => {
  const source = await snapshotSource(20_000);
  const seen = new Set<string>();
  for (let kill = 0; kill < 8; kill += 1) {
    const folder = await open();
    const { path } = folder;
    const record = restoredRecord(source.checksum, [folder]);
    await stageAll(folder, source);
    await folder.close();
    const child = Child.start('accept-restored', path, JSON.stringify(record));
    expect(await child.line()).toBe('accepting');
    if (kill < 6) await new Promise((resolve) => setTimeout(resolve, 40 * kill));
    else expect(await child.line()).toBe('accepted');
    await child.kill();

    const found = await open('n1', path);
    seen.add(found.formationRecord === null ? 'unformed' : 'formed');
    if (found.formationRecord === null) {
      expect(found.openLog(group)).toMatchObject({ lastIndex: 0, snapshot: null });
      expect(found.staged.wholePath(source.checksum)).not.toBeNull();
      await found.acceptFormation(record, group);
    }
    expect(existsSync(join(path, 'staged'))).toBe(false);
    await found.close();
    await expectRestored(path, source, record);
  }
  expect([...seen].sort()).toEqual(['formed', 'unformed']);
});
