import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { logIndex, term } from '@quorate/raft';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type DataFolder, type DataFolderOptions, openDataFolder } from '../src/data-folder.ts';
import { DataFolderError, type DataFolderErrorCode } from '../src/data-folder-error.ts';
import { Child } from './child.ts';
import { putKey } from './rows.ts';
import { entry, plain } from './sample-entries.ts';
import { temporaryFolder } from './temporary-folder.ts';

const config = groupId('config');
const all = { maxEntries: 100, maxBytes: 100_000 };

async function open(path: string, options: Partial<DataFolderOptions> = {}): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main'), ...options });
  onTestFinished(() => folder.close());
  return folder;
}

/** A data folder that was made, used and closed. */
async function usedFolder(): Promise<string> {
  const path = temporaryFolder();
  const folder = await open(path);
  const log = folder.openLog(config);
  log.setHardState({ currentTerm: term(2), votedFor: nodeId('n3') });
  log.append([entry(1, 1), entry(2, 2)]);
  await new Promise((resolve) => log.flush(resolve));
  await folder.close();
  return path;
}

/** Opening must fail with one line that names the folder, and change no file. */
async function expectRefused(
  path: string,
  code: DataFolderErrorCode,
  says: string,
  options: Partial<DataFolderOptions> = {},
): Promise<void> {
  const before = filesOf(path);
  const error = await open(path, options).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof DataFolderError)) throw new Error(`expected ${code}, not ${String(error)}`);
  expect(error.code).toBe(code);
  expect(error.message).toContain(path);
  expect(error.message).toContain(says);
  expect(error.message).not.toContain('\n');
  expect(filesOf(path)).toEqual(before);
}

/** All that stands in a folder, but for what means nothing by itself. */
function filesOf(path: string): readonly string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name !== 'lock' && file.name !== 'lock.mdb')
    .map((file) => `${file.parentPath}/${file.name} ${readFileSync(join(file.parentPath, file.name)).toString('hex')}`)
    .sort();
}

describe('a data folder', () => {
  test('is made, with all folders above it', async () => {
    const path = join(temporaryFolder(), 'deep', 'n1.data');
    const folder = await open(path);
    expect(folder.storageId).toMatch(/^[0-9a-f]{32}$/);
    expect([folder.path, folder.nodeId, folder.clusterName]).toEqual([path, 'n1', 'main']);
    expect(JSON.parse(readFileSync(join(path, 'quorate.json'), 'utf8'))).toEqual({
      formatVersion: 3,
      nodeId: 'n1',
      clusterName: 'main',
      storageId: folder.storageId,
    });
    expect((await open(temporaryFolder())).storageId).not.toBe(folder.storageId);
  });

  test('may be the root of a new file system', async () => {
    const path = temporaryFolder();
    mkdirSync(join(path, 'lost+found'));
    expect((await open(path)).incarnation).toBe(1);
  });

  test('keeps its storage id, and counts how often it was opened', async () => {
    const path = temporaryFolder();
    const found: [string, number][] = [];
    for (let time = 1; time <= 3; time += 1) {
      const { storageId, incarnation, close } = await open(path).then((folder) => ({
        storageId: folder.storageId,
        incarnation: folder.incarnation,
        close: () => folder.close(),
      }));
      found.push([storageId, incarnation]);
      await close();
    }
    expect(found.map(([, incarnation]) => incarnation)).toEqual([1, 2, 3]);
    expect(new Set(found.map(([storageId]) => storageId)).size).toBe(1);
  });

  test('counts an opening that ended with SIGKILL too', async () => {
    const path = temporaryFolder();
    const child = Child.start('hold-folder', path);
    expect(await child.line()).toBe('open 1');
    await child.kill();
    expect((await open(path)).incarnation).toBe(2);
  });

  test('keeps logs and tables, and loses what was not flushed', async () => {
    const path = await usedFolder();
    const folder = await open(path);
    const log = folder.openLog(config);
    expect(() => folder.openLog(config)).toThrow('open already');
    expect(log.hardState).toEqual({ currentTerm: 2, votedFor: 'n3' });
    expect(log.read(logIndex(1), all).map(plain)).toEqual([entry(1, 1), entry(2, 2)].map(plain));
    log.append([entry(3, 2)]);
    const progress = { lastApplied: logIndex(2), lastAppliedTerm: term(2), revision: 1, stateHash: 1 };
    folder.openTables(config).transaction((writer) => {
      putKey(writer, '/a');
      writer.setProgress(progress);
    });
    await folder.flushState();
    await folder.close();

    const again = await open(path);
    expect(again.stateDiscarded).toBeNull();
    expect(again.openLog(config).lastIndex).toBe(2);
    expect(again.openTables(config).progress).toEqual(progress);
    expect(again.openTables(config).get(keysTable, '/a')?.version).toBe(1);
  });

  test('is closed once, after the flush that is under way', async () => {
    const path = temporaryFolder();
    const folder = await open(path);
    const log = folder.openLog(config);
    log.setHardState({ currentTerm: term(1), votedFor: null });
    log.append([entry(1, 1)]);
    const flushed = new Promise((resolve) => log.flush(resolve));
    await Promise.all([folder.close(), folder.close()]);
    expect(await flushed).toEqual({ kind: 'flushed', written: 2 });
    await folder.close();
    expect(() => folder.openLog(config)).toThrow('closed');
    expect(() => folder.openTables(config)).toThrow('closed');
    expect((await open(path)).openLog(config).lastIndex).toBe(1);
  });

  test('of which state could be damaged begins with none', async () => {
    const path = await usedFolder();
    const folder = await open(path);
    folder.openTables(config).transaction((writer) => putKey(writer, '/a'));
    await folder.close();
    writeFileSync(join(path, 'state', 'boot-id'), 'an earlier boot\n');
    const again = await open(path);
    expect(again.stateDiscarded).toBe('notClosed');
    expect(again.findings).toEqual([]);
    expect(again.openTables(config).get(keysTable, '/a')).toBeNull();
    expect(again.openLog(config).lastIndex).toBe(2);
  });
});

describe('a folder in use', () => {
  test('is refused while its process lives, though it be stopped, and free when that is killed', async () => {
    const path = temporaryFolder();
    const child = Child.start('hold-folder', path);
    await child.line();
    const says = `in use by process ${child.process.pid}`;
    await expectRefused(path, 'DataFolderInUse', says);
    child.process.kill('SIGSTOP');
    await expectRefused(path, 'DataFolderInUse', says);
    await child.kill();
    expect((await open(path)).incarnation).toBe(2);
  });

  test('is refused within the process that has it, and free when that closed it', async () => {
    const path = temporaryFolder();
    const folder = await open(path);
    await expectRefused(path, 'DataFolderInUse', `in use by process ${process.pid}`);
    await folder.close();
    expect((await open(path)).incarnation).toBe(2);
  });

  test('is free again after it was refused for another reason', async () => {
    const path = await usedFolder();
    await expectRefused(path, 'DataFolderOfAnotherNode', 'n1', { nodeId: nodeId('n2') });
    expect((await open(path)).incarnation).toBe(2);
  });
});

describe('a folder is refused', () => {
  test('of another node or cluster', async () => {
    const path = await usedFolder();
    await expectRefused(path, 'DataFolderOfAnotherNode', 'is of node n1, not of n2', { nodeId: nodeId('n2') });
    const other = { clusterName: clusterName('other') };
    await expectRefused(path, 'DataFolderOfAnotherCluster', 'is of cluster main, not of other', other);
  });

  test('of another format version', async () => {
    const path = await usedFolder();
    writeFileSync(join(path, 'quorate.json'), '{"formatVersion":1,"storage":[]}');
    await expectRefused(path, 'UnknownFormatVersion', 'format version 1');
  });

  test.each([
    ['is empty', ''],
    ['is no JSON', '{"formatVersion":3,'],
    ['is no object', '[]'],
    ['lacks a field', '{"formatVersion":3,"nodeId":"n1","clusterName":"main"}'],
  ])('whose quorate.json %s', async (_what, text) => {
    const path = await usedFolder();
    writeFileSync(join(path, 'quorate.json'), text);
    await expectRefused(path, 'DataFolderDamaged', 'quorate.json');
  });

  test('whose quorate.json cannot be read', async () => {
    const path = await usedFolder();
    rmSync(join(path, 'quorate.json'));
    mkdirSync(join(path, 'quorate.json'));
    await expectRefused(path, 'DataFolderDamaged', 'quorate.json cannot be read: EISDIR');
  });

  test('that holds something else', async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, 'letter.txt'), 'Dear');
    await expectRefused(path, 'NotADataFolder', 'quorate.json');
    expect(readdirSync(path)).toEqual(['letter.txt']);
  });

  test('whose quorate.json got lost', async () => {
    const path = await usedFolder();
    rmSync(join(path, 'quorate.json'));
    await expectRefused(path, 'NotADataFolder', 'quorate.json');
  });

  test('whose log is of another folder', async () => {
    const path = await usedFolder();
    const other = await usedFolder();
    writeFileSync(join(path, 'log', 'data.mdb'), readFileSync(join(other, 'log', 'data.mdb')));
    await expectRefused(path, 'DataFolderDamaged', 'its log is of storage');
  });

  test('that is a file, or below one', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    const attempt = (path: string) => open(path).catch((error: unknown) => error);
    for (const path of [file, join(file, 'data')]) {
      const error = await attempt(path);
      expect(error).toMatchObject({ code: 'DataFolderNotWritable', path });
    }
  });

  test('that this user may not write to', async () => {
    const path = temporaryFolder();
    chmodSync(path, 0o555);
    const child = Child.start('open-without-rights', path);
    expect(await child.line()).toBe(`DataFolderNotWritable: data folder ${path} cannot be written: EACCES`);
    chmodSync(path, 0o755);
  });

  test.each(['log/data.mdb', 'log/lock.mdb', 'lock'])('whose file %s this user may not write', async (file) => {
    const path = await usedFolder();
    for (const folder of ['.', 'log', 'state']) chmodSync(join(path, folder), 0o777);
    for (const name of ['log/data.mdb', 'log/lock.mdb', 'lock']) chmodSync(join(path, name), 0o666);
    chmodSync(join(path, file), 0o444);
    const child = Child.start('open-without-rights', path);
    expect(await child.line()).toBe(`DataFolderNotWritable: data folder ${path} cannot be written: EACCES`);
  });
});
