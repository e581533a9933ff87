import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { folderSizes } from '../src/index.ts';

test('the files of a data folder are added up, by what they are for; what is not there takes nothing', async () => {
  const path = await mkdtemp(join(tmpdir(), 'quorate-sizes-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  expect(await folderSizes(path)).toEqual({ log: 0, state: 0, snapshots: 0 });
  await mkdir(join(path, 'log'));
  await mkdir(join(path, 'snapshots', 'config'), { recursive: true });
  await writeFile(join(path, 'log', 'data.mdb'), 'x'.repeat(100));
  await writeFile(join(path, 'log', 'lock.mdb'), 'x'.repeat(20));
  await writeFile(join(path, 'snapshots', 'config', '5-1-ab'), 'x'.repeat(3));
  expect(await folderSizes(path)).toEqual({ log: 120, state: 0, snapshots: 3 });
});
