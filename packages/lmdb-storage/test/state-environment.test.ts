import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { keysTable } from '@quorate/config-store';
import { expect, test } from 'vitest';
import { StateEnvironment } from '../src/state-environment.ts';
import { RowRecords } from '../src/table-record.ts';
import { Child } from './child.ts';
import { keyRow } from './rows.ts';
import { temporaryFolder } from './temporary-folder.ts';

const key = Buffer.from('key');

/** A record that passes its check. */
const value = Buffer.from(new RowRecords().of(keysTable, keyRow('value'), crc32(key)));

/** What the environment holds when it is opened under a boot, and whether another was deleted for it. */
async function reopened(path: string, bootId: string | null): Promise<{ value: string | null; discarded: boolean }> {
  const state = await StateEnvironment.open(path, bootId);
  const found = state.rows.getBinary(key)?.equals(value) === true ? 'value' : null;
  await state.close();
  return { value: found, discarded: state.discarded !== null };
}

/** An environment that a process left when it was killed, having written under `bootId`. */
async function abandoned(bootId: string | null): Promise<string> {
  const path = temporaryFolder();
  const child = Child.start('write-state', path, bootId ?? '');
  expect(await child.line()).toBe('written');
  await child.kill();
  return path;
}

test('what a process wrote survives it, as long as the machine runs', async () => {
  const path = await abandoned('boot 1');
  expect(await reopened(path, 'boot 1')).toEqual({ value: 'value', discarded: false });
});

test('what was not closed is deleted under another boot', async () => {
  const path = await abandoned('boot 1');
  expect(await reopened(path, 'boot 2')).toEqual({ value: null, discarded: true });
});

test('what was not closed is deleted where the system does not tell one boot from another', async () => {
  expect(await reopened(await abandoned(null), null)).toEqual({ value: null, discarded: true });
  expect(await reopened(await abandoned(null), 'boot 1')).toEqual({ value: null, discarded: true });
  expect(await reopened(await abandoned('boot 1'), null)).toEqual({ value: null, discarded: true });
});

test('what was not closed is deleted if its mark is damaged', async () => {
  const path = await abandoned('boot 1');
  truncateSync(join(path, 'boot-id'));
  expect(await reopened(path, 'boot 1')).toEqual({ value: null, discarded: true });
});

test('what was closed is kept under any boot', async () => {
  const path = temporaryFolder();
  const state = await StateEnvironment.open(path, 'boot 1');
  state.rows.putSync(key, value);
  await state.close();
  for (const bootId of ['boot 2', null, 'boot 1']) {
    expect(await reopened(path, bootId)).toEqual({ value: 'value', discarded: false });
  }
});

test('the mark stands while the environment is open, and is replaced', async () => {
  const path = await abandoned('boot 1');
  const state = await StateEnvironment.open(path, 'boot 2');
  expect(readFileSync(join(path, 'boot-id'), 'utf8')).toBe('boot 2\n');
  await state.flush();
  await state.close();
  expect(existsSync(join(path, 'boot-id'))).toBe(false);
});

test('a file that LMDB had only begun is begun anew, and one that is none of LMDB is deleted', async () => {
  const path = temporaryFolder();
  writeFileSync(join(path, 'data.mdb'), '');
  expect(await reopened(path, 'boot 1')).toEqual({ value: null, discarded: false });
  writeFileSync(join(path, 'data.mdb'), 'x'.repeat(9_000));
  const state = await StateEnvironment.open(path, 'boot 1');
  expect(state.discarded?.reason).toContain('it is no LMDB file');
  await state.close();
  expect(await reopened(path, 'boot 1')).toEqual({ value: null, discarded: false });
});

test('what was found to be damaged is deleted when it is next opened, though it was closed', async () => {
  const path = temporaryFolder();
  const state = await StateEnvironment.open(path, 'boot 1');
  state.rows.putSync(key, value);
  state.markDamaged();
  await state.close();
  expect(await reopened(path, 'boot 1')).toEqual({ value: null, discarded: true });
});
