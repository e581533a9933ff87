import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandResult, quorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-quotas-'));
  up = await startUp(['--data', folder, '--nodes', '1']);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const run = (...args: readonly string[]): Promise<CommandResult> => quorate(args, { env: { QUORATE_NATS: up.url() } });

test('quorate quota sets, lists and deletes, and a put that would be too much is refused with the figures', async () => {
  await run('put', '/q/1', 'x');
  expect(await run('quota', 'set', '/q/', '--keys', '2', '--bytes', '1KiB')).toMatchObject({
    exitCode: 0,
    stderr: 'quorate: there are 1 key with 5 bytes\n',
  });
  await run('put', '/q/2', 'x');
  expect(await run('put', '/q/3', 'x')).toMatchObject({
    exitCode: 1,
    stderr: 'quorate: there would be 3 keys below "/q/", and 2 are allowed (QuotaExceeded)\n',
  });
  await run('quota', 'set', '', '--keys', '100');
  expect((await run('quota')).stdout).toBe(
    [
      'PREFIX      KEYS   OF  BYTES    OF',
      '(all keys)     2  100     10     -',
      '/q/            2    2     10  1024',
      '',
    ].join('\n'),
  );
  expect(JSON.parse((await run('quota', 'list', '--json')).stdout)).toEqual([
    { prefix: '', maxKeys: 100, maxBytes: null, keys: 2, bytes: 10, isCounted: true },
    { prefix: '/q/', maxKeys: 2, maxBytes: 1024, keys: 2, bytes: 10, isCounted: true },
  ]);
  expect((await run('quota', 'delete', '/q/')).stderr).toBe('quorate: the quota is gone\n');
  expect((await run('quota', 'delete', '/q/')).stderr).toBe('quorate: there was none\n');
  expect(await run('put', '/q/3', 'x')).toMatchObject({ exitCode: 0 });
});

test('quorate quota set refuses what is no limit', async () => {
  expect(await run('quota', 'set', '/q/')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--keys, --bytes or both must be given'),
  });
  expect(await run('quota', 'set', '/q/', '--bytes', '5MB')).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('It must be bytes, or a number with KiB, MiB, GiB or TiB'),
  });
});
