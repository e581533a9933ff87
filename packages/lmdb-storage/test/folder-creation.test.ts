import { cpSync, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterName, nodeId } from '@quorate/actor';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import { contentOf, makeFolder } from '../src/folder-creation.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function open(path: string): Promise<DataFolder> {
  const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  onTestFinished(() => folder.close());
  return folder;
}

/** A folder that was made and closed. */
async function madeFolder(): Promise<string> {
  const path = temporaryFolder();
  await (await open(path)).close();
  return path;
}

const draft = (path: string): string => join(path, 'quorate.json.new');

/** What a folder looks like when its creation is cut short, from the first step to the last. */
const cuts: readonly [string, (path: string) => void | Promise<void>][] = [
  ['before anything', () => {}],
  ['after the lock', (path) => writeFileSync(join(path, 'lock'), '4711\n')],
  ['within the draft', (path) => writeFileSync(draft(path), '')],
  [
    'before the log has a file',
    (path) => {
      writeFileSync(draft(path), '{"formatVersion":1}');
      mkdirSync(join(path, 'log'));
    },
  ],
  [
    'when LMDB has only begun',
    (path) => {
      writeFileSync(draft(path), '{"formatVersion":1}');
      mkdirSync(join(path, 'log'));
      writeFileSync(join(path, 'log', 'data.mdb'), '');
      writeFileSync(join(path, 'log', 'lock.mdb'), '');
    },
  ],
  [
    'by a power loss, with a file that LMDB cannot read',
    (path) => {
      writeFileSync(draft(path), '');
      mkdirSync(join(path, 'log'));
      writeFileSync(join(path, 'log', 'data.mdb'), 'x'.repeat(9_000));
    },
  ],
  [
    'before the description gets its name',
    async (path) => {
      const made = await madeFolder();
      renameSync(join(made, 'quorate.json'), draft(made));
      cpSync(made, path, { recursive: true });
    },
  ],
];

test.each(cuts)('a creation that was cut short %s begins anew', async (_when, cut) => {
  const path = temporaryFolder();
  await cut(path);
  const folder = await open(path);
  expect(folder.incarnation).toBe(1);
  expect(existsSync(draft(path))).toBe(false);
  await folder.close();
  const again = await open(path);
  expect([again.incarnation, again.storageId]).toEqual([2, folder.storageId]);
});

test('a folder is made with those above it, by two at a time as well, and one that is there stays as it is', async () => {
  const path = join(temporaryFolder(), 'a', 'b');
  const paths = [join(path, 'c'), join(path, 'd'), join(path, 'c', 'e')];
  await Promise.all(paths.map(makeFolder));
  await makeFolder(path);
  expect(paths.map((made) => existsSync(made))).toEqual([true, true, true]);
});

test('a draft does not make a data folder of a folder with other things in it', async () => {
  const path = temporaryFolder();
  writeFileSync(draft(path), '');
  mkdirSync(join(path, 'log'));
  writeFileSync(join(path, 'letter.txt'), 'Dear');
  expect(await contentOf(path)).toBe('other');
  await expect(open(path)).rejects.toMatchObject({ code: 'NotADataFolder' });
  expect(existsSync(join(path, 'log'))).toBe(true);
});
