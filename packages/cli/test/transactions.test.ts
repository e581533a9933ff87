import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandOptions, type CommandResult, quorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-transactions-'));
  up = await startUp(['--data', folder, '--nodes', '1']);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command on the cluster. */
const run = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  quorate(args, { ...options, env: { QUORATE_NATS: up.url() } });

/** Runs a command that has to succeed, and gives its output. */
async function output(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

describe('a transaction', () => {
  const order = `
compare:
  - { key: /t/order, exists: false }
then:
  - { op: put, key: /t/order, value: placed, contentType: text/plain }
  - { op: put, key: /t/stock, value: "4" }
else:
  - { op: get, key: /t/order }
`;

  test('is read from a file in YAML, and goes one way or the other', async () => {
    const file = join(folder, 'order.yaml');
    await writeFile(file, order);
    expect(JSON.parse(await output('txn', file))).toMatchObject({
      succeeded: true,
      results: [{ op: 'put' }, { op: 'put' }],
    });
    expect(JSON.parse(await output('txn', file))).toMatchObject({
      succeeded: false,
      results: [{ op: 'get', entry: { key: '/t/order', value: 'placed', contentType: 'text/plain' } }],
    });
  });

  test('is read from standard input in JSON', async () => {
    const { stdout } = await run(['txn'], { stdin: '{"then":[{"op":"delete","prefix":"/t/"}]}' });
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: true, results: [{ op: 'delete', deleted: 2 }] });
  });

  test('shows in the tail as what it is', async () => {
    const { stdout } = await run(['txn'], { stdin: '{"then":[{"op":"put","key":"/t/tail","value":"x"}]}' });
    expect(JSON.parse(stdout)).toMatchObject({ succeeded: true });
    const lines = (await output('tail', '--count', '2', '--json')).trim().split('\n');
    expect(lines).toHaveLength(2);
  });

  test.each([
    ['no file', ['txn', '/nowhere/x'], '', 'ENOENT'],
    ['neither JSON nor YAML', ['txn'], 'then: [', 'at line 1'],
    ['a name that stands twice', ['txn'], 'then: []\nthen: []\n', 'line 2'],
    ['no object', ['txn'], '7', 'no JSON object'],
    ['a field that is not known', ['txn'], '{"the":[]}', '"the"'],
    ['an operation that is none', ['txn'], '{"then":[{"op":"shred","key":"/a"}]}', 'then[0].op'],
    [
      'a key that is written twice',
      ['txn'],
      '{"then":[{"op":"delete","key":"/a"},{"op":"delete","prefix":"/"}]}',
      '(KeyWrittenTwice)',
    ],
    [
      'a range that ends before it begins',
      ['txn'],
      '{"then":[{"op":"delete","from":"/b","to":"/a"}]}',
      '(InvalidRange)',
    ],
  ])('is told on one line to be wrong, with exit code 2: %s', async (_what, args, stdin, expected) => {
    const { exitCode, stdout, stderr } = await run(args, { stdin });
    expect(stderr).toMatch(/^quorate: [^\n]+\n$/);
    expect(stderr).toContain(expected);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  });
});

describe('the past', () => {
  let first: string;
  beforeAll(async () => {
    first = (await output('put', '/h/a', 'one', '--content-type', 'text/plain')).trim();
    await output('put', '/h/a', 'two', '--client', 'the deployment');
    await output('put', '/h/b', 'other');
    await output('del', '/h/a', '--client', '');
  });

  test('of a key is shown, the newest change first', async () => {
    const lines = (await output('history', '/h/a')).split('\n');
    expect(lines[0]).toMatch(/^REVISION +TIME +CLIENT +VERSION +VALUE$/);
    expect(lines[1]).toMatch(/^ *\d+ +\d{4}-[^ ]+Z +- +\(deleted\)$/);
    expect(lines[2]).toMatch(/^ *\d+ +\d{4}-[^ ]+Z +the deployment +2 +two$/);
    expect(lines[3]).toMatch(/^ *\d+ +\d{4}-[^ ]+Z +[^ @]+@[^ ]+ +1 +one$/);
    expect(lines).toHaveLength(5);
    const changes = JSON.parse(await output('history', '/h/a', '--json', '--limit', '2'));
    expect(changes).toMatchObject([
      { op: 'delete' },
      { op: 'put', value: 'two', version: '2', client: 'the deployment' },
    ]);
    expect(changes[0]).not.toHaveProperty('client');
    expect(await output('history', '/none', '--json')).toBe('[]\n');
    expect(await output('history', '/none')).toBe('');
  });

  test('is read as it was', async () => {
    expect(await output('get', '/h/a', '--revision', first)).toBe('one');
    expect((await run(['get', '/h/a'])).exitCode).toBe(1);
    expect(await output('list', '/h/', '--revision', first, '--keys-only')).toBe('/h/a\n');
    expect(await output('list', '/h/', '--keys-only')).toBe('/h/b\n');
    const [entry] = JSON.parse(await output('list', '/h/', '--revision', first, '--json'));
    expect(entry).toMatchObject({ key: '/h/a', value: 'one', contentType: 'text/plain' });
  });

  test('that is not there yet is refused', async () => {
    const { exitCode, stderr } = await run(['get', '/h/a', '--revision', '100000']);
    expect(stderr).toMatch(/^quorate: [^\n]+\(RevisionNotWritten\)\n$/);
    expect(exitCode).toBe(1);
  });

  test('is kept for so long, and forgotten when that is asked for', async () => {
    expect(await output('retention')).toMatch(/^age +1d\nversions +all\nrevisions +1 to \d+\nstate +[0-9a-f]{14}\n$/);
    expect(await output('retention', '--max-age', '90m')).toMatch(/^age +90m\nversions +all\n/);
    expect(JSON.parse(await output('retention', '--max-age', 'all', '--max-versions', '10', '--json'))).toMatchObject({
      maxAgeMs: null,
      maxVersions: 10,
      oldestRevision: '1',
    });
    const oldest = String(BigInt(first) + 1n);
    expect(await output('compact', '--revision', oldest)).toBe(`${oldest}\n`);
    const { exitCode, stderr } = await run(['get', '/h/a', '--revision', first]);
    expect(stderr).toMatch(/^quorate: [^\n]+\(RevisionCompacted\)\n$/);
    expect(stderr).toContain(oldest);
    expect(exitCode).toBe(1);
  });
});
