import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, quorate, startQuorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-locks-'));
  up = await startUp(['--data', folder, '--nodes', '1']);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const env = (): Readonly<Record<string, string>> => ({ QUORATE_NATS: up.url() });

/** Runs a command on the cluster. */
const run = (...args: readonly string[]): Promise<CommandResult> => quorate(args, { env: env() });

/** Runs a command that has to succeed, and gives what it printed. */
async function output(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(...args);
  if (exitCode !== 0) throw new Error(stderr);
  return stdout.trim();
}

/** A shell's command that runs until it is ended, and says when it begins: `trap` is what it does about SIGTERM. */
const untilEnded = (trap: string): readonly string[] => [
  'sh',
  '-c',
  `trap '${trap}' TERM; echo begun; while :; do sleep 0.05; done`,
];

describe('quorate lease', () => {
  test('grants, keeps alive, lists and revokes', async () => {
    const lease = await output('lease', 'grant', '60s', '--owner', 'me');
    await output('put', '/l/a', 'x', '--lease', lease);
    await output('put', '/l/b', 'y', '--lease', lease);
    expect(await output('lease', 'keep-alive', lease, '--once', '--owner', 'me')).toBe('');
    expect(JSON.parse(await output('lease', 'list', '--json'))).toMatchObject([
      { lease, ttlMs: 60_000, owner: 'me', keyCount: 2 },
    ]);
    expect(await output('lease')).toMatch(new RegExp(`^LEASE .*\\n +${lease} +60s +2 +\\S+ +me$`));
    expect(await run('lease', 'revoke', lease)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('(LeaseOfAnother)'),
    });
    expect(await output('lease', 'revoke', lease, '--owner', 'me')).toMatch(/^\d+$/);
    expect(await run('get', '/l/a')).toMatchObject({ exitCode: 1 });
    expect(await run('lease', 'keep-alive', lease)).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('(LeaseExpired)'),
    });
  });

  test('refuses what is no lease before it is asked for', async () => {
    expect(await run('lease', 'grant', '5ms')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('(InvalidLease)'),
    });
  });
});

describe('quorate lock', () => {
  test('passes the exit code of its command through, and releases the lock', async () => {
    expect(await run('lock', '/lock', '--', 'sh', '-c', 'echo "$QUORATE_LOCK"; exit 7')).toMatchObject({
      exitCode: 7,
      stdout: '/lock\n',
      stderr: '',
    });
    expect(await run('lock', '/lock', '--wait', 'no', '--', 'sh', '-c', 'kill -KILL $$')).toMatchObject({
      exitCode: 137,
    });
    expect(await run('lock', '/lock', '--wait', 'no', '--', '/nowhere/x')).toMatchObject({ exitCode: 127 });
    expect(await run('get', '/lock')).toMatchObject({ exitCode: 1 });
  });

  test('gives its command a fence, which holds as long as the lock does', async () => {
    const file = join(folder, 'fence');
    await output('lock', '/lock', '--', 'sh', '-c', `echo "$QUORATE_LOCK:$QUORATE_LOCK_TOKEN" > ${file}`);
    const fence = (await readFile(file, 'utf8')).trim();
    for (const args of [
      ['put', '/f', 'x'],
      ['del', '/f'],
    ]) {
      expect(await run(...args, '--fence', fence)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining('(LockLost)'),
      });
    }
    const [, token] = fence.split(':');
    expect(Number(token)).toBeGreaterThan(0);
  });

  test('does not run its command while another holds the lock', async () => {
    const holder = startQuorate(['lock', '/held', '--', ...untilEnded('exit 3')], { env: env() });
    await once(holder.stdout, 'data');
    expect(await run('lock', '/held', '--wait', 'no', '--', 'echo', 'run')).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('(LockHeld)'),
    });
    // What ends it ends its command, whose exit code it has.
    holder.kill('SIGTERM');
    expect(await once(holder, 'close')).toEqual([3, null]);
    expect(await output('lock', '/held', '--wait', 'no', '--', 'echo', 'run')).toBe('run');
  });

  test.each([
    ['ends a command that ends', 'echo ended; exit 0'],
    ['kills one that does not', ''],
  ])('%s when the lock is lost', async (_what, trap) => {
    const holder = startQuorate(['lock', '/lost', '--kill-after', '200ms', '--', ...untilEnded(trap)], { env: env() });
    const said = text(holder.stderr);
    await once(holder.stdout, 'data');
    await output('del', '/lost');
    expect(await once(holder, 'close')).toEqual([1, null]);
    expect(await said).toContain('the lock was lost');
  });
});
