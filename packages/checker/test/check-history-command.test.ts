import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repositoryFolder = fileURLToPath(new URL('../../..', import.meta.url));
const script = join(repositoryFolder, 'infra/setup/check-history.mjs');

interface Run {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-check-history-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Runs the command as npm does that was called in a folder. */
function checkHistory(calledIn: string, ...files: readonly string[]): Promise<Run> {
  const options = { cwd: repositoryFolder, env: { ...process.env, INIT_CWD: calledIn } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [script, ...files], options, (_, stdout, stderr) => {
      resolve({ exitCode: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

test('a line for each history on stdout, why one is not linearizable on stderr', async () => {
  const files = ['etcd_000.log', 'etcd_002.log', './kv_c01-bad.txt', 'kv_c10-ok.txt'];
  const { exitCode, stdout, stderr } = await checkHistory(join(repositoryFolder, 'test/histories'), ...files);
  expect(stdout.split('\n')).toEqual([
    'etcd_000.log not-linearizable',
    'etcd_002.log linearizable',
    './kv_c01-bad.txt not-linearizable',
    'kv_c10-ok.txt linearizable',
    '',
  ]);
  expect(stderr).toContain('./kv_c01-bad.txt: No order explains these:\n');
  expect(exitCode).toBe(0);
});

test('a file that is malformed or not there gets a line too, and why on stderr', async () => {
  await writeFile(join(folder, 'bad.log'), 'INFO  jepsen.util - 0\t:invoke\t:read\tnil\nINFO  jepsen.util - 0\t:ok\n');
  await writeFile(join(folder, 'binary.log'), Uint8Array.of(0x49, 0xff, 0xfe));
  await writeFile(join(folder, 'good.txt'), '{:process 0, :type :invoke, :f :get, :key "1", :value nil}\n');
  const files = ['bad.log', 'missing.log', 'binary.log', 'good.txt'];
  const { exitCode, stdout, stderr } = await checkHistory(folder, ...files);
  expect(stdout.trim().split('\n')).toEqual([
    'bad.log malformed',
    'missing.log unreadable',
    'binary.log malformed',
    'good.txt linearizable',
  ]);
  expect(stderr.trim().split('\n')).toEqual([
    'bad.log:2: this is no operation',
    expect.stringMatching(/^missing\.log: ENOENT/),
    expect.stringMatching(/^binary\.log: /),
  ]);
  expect(exitCode).toBe(2);
});

test('a history whose recorder ended in the middle of a line is judged by what is there', async () => {
  const whole = '{:process 0, :type :invoke, :f :put, :key "1", :value "x"}\n';
  await writeFile(join(folder, 'cut.txt'), `${whole}{:process 0, :type :ok, :f :pu`);
  const { exitCode, stdout } = await checkHistory(folder, 'cut.txt');
  expect(stdout).toBe('cut.txt linearizable\n');
  expect(exitCode).toBe(0);
});

test('without files it says how to use it', async () => {
  expect(await checkHistory(folder)).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: 'Usage: npm run check-history -- FILE…\n',
  });
});
