import { join } from 'node:path';
import { clusterName, nodeId } from '@quorate/actor';
import type { FormationRecord } from '@quorate/raft';
import { clusterIdOf } from '@quorate/wire';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { formationRecordSchema } from '../src/formation-record.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { temporaryFolder } from './temporary-folder.ts';

const record: FormationRecord = {
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: [
    { id: nodeId('n1'), storageId: '1'.repeat(32) },
    { id: nodeId('n2'), storageId: '2'.repeat(32) },
  ],
  snapshotChecksum: null,
};
const reordered: FormationRecord = { ...record, voters: [...record.voters].reverse() };
const restored: FormationRecord = { ...record, snapshotChecksum: 'c0ffee' };

async function open(path: string): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

describe('a cluster id', () => {
  test('is the hash of the record, in whatever order it is written', () => {
    expect(clusterIdOf(record)).toBe('2908de5984178ea2edfed850bb28ae26bed2b48355bd37cb0018765f8788a1ed');
    expect(clusterIdOf(reordered)).toBe(clusterIdOf(record));
    const { voters, ...rest } = record;
    expect(clusterIdOf({ voters: voters.map(({ id, storageId }) => ({ storageId, id })), ...rest })).toBe(
      clusterIdOf(record),
    );
  });

  test('differs when anything in the record does', () => {
    const [first, second] = record.voters;
    if (first === undefined || second === undefined) throw new Error('two voters');
    const others: readonly FormationRecord[] = [
      restored,
      { ...record, clusterName: clusterName('other') },
      { ...record, voters: [first] },
      { ...record, voters: [first, { ...second, storageId: '3'.repeat(32) }] },
    ];
    expect(new Set([record, ...others].map(clusterIdOf)).size).toBe(5);
  });
});

describe('a data folder', () => {
  test('keeps the record that it accepted', async () => {
    const path = temporaryFolder();
    const folder = await open(path);
    expect(folder.formationRecord).toBeNull();
    await folder.acceptFormation(record);
    expect(folder.formationRecord).toEqual(record);
    await folder.close();
    expect((await open(path)).formationRecord).toEqual(record);
  });

  test('accepts the same record again, and no other', async () => {
    const path = temporaryFolder();
    const folder = await open(path);
    await folder.acceptFormation(record);
    await folder.acceptFormation(reordered);
    await expect(folder.acceptFormation(restored)).rejects.toMatchObject({ code: 'AlreadyFormed' });
    await folder.close();
    const again = await open(path);
    await again.acceptFormation(reordered);
    await expect(again.acceptFormation(restored)).rejects.toThrow(clusterIdOf(record));
    expect(again.formationRecord).toEqual(record);
  });

  test('accepts one of two that come at once', async () => {
    const folder = await open(temporaryFolder());
    const outcomes = await Promise.allSettled([
      folder.acceptFormation(record),
      folder.acceptFormation(restored),
      folder.acceptFormation(reordered),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(folder.formationRecord).toEqual(record);
  });

  test('has the record on disk when it has accepted it', async () => {
    const folder = await open(temporaryFolder());
    const accepted = folder.acceptFormation(record);
    expect(folder.formationRecord).toBeNull();
    await accepted;
    expect(folder.formationRecord).toEqual(record);
  });

  test.each([
    ['of no voters', { ...record, voters: [] }],
    ['that names a voter twice', { ...record, voters: [...record.voters, ...record.voters] }],
    ['of another format', { ...record, formatVersion: 2 }],
    ['with a storage id that is none', { ...record, voters: [{ id: 'n1', storageId: 'x' }] }],
    ['with a node id that is none', { ...record, voters: [{ id: 'n.1', storageId: '1'.repeat(32) }] }],
  ])('accepts no record %s', (_what, wrong) => {
    expect(formationRecordSchema.safeParse(wrong).success).toBe(false);
    expect(formationRecordSchema.safeParse(record).success).toBe(true);
  });

  test('accepts no record of a cluster of another name', async () => {
    const folder = await open(temporaryFolder());
    const other = { ...record, clusterName: clusterName('other') };
    await expect(folder.acceptFormation(other)).rejects.toMatchObject({ code: 'DataFolderOfAnotherCluster' });
    expect(folder.formationRecord).toBeNull();
  });

  test.each(['identity', 'formation'])('is what it was though its record of %s is damaged', async (key) => {
    const path = temporaryFolder();
    const folder = await open(path);
    await folder.acceptFormation(record);
    await folder.close();

    const environment = new LogEnvironment(join(path, 'log'));
    const bytes = Buffer.from(environment.identity.getBinary(Buffer.from(key)) ?? []);
    expect(bytes.length).toBeGreaterThan(10);
    bytes[9] = (bytes[9] ?? 0) ^ 1;
    await environment.commit((commit) => commit.put(environment.identity, Buffer.from(key), bytes));
    await environment.close();

    const again = await open(path);
    expect(again.findings.join()).toContain(key === 'identity' ? 'the identity' : 'the formation record');
    expect([again.storageId, again.incarnation]).toEqual([folder.storageId, 2]);
    expect(again.formationRecord).toEqual(record);
  });
});
