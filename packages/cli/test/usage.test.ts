import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandResult, quorate } from './command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-cli-'));
  await writeFile(join(folder, 'file'), 'no folder, no credentials');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const commands = [
  'up',
  'node',
  'form',
  'put',
  'get',
  'del',
  'list',
  'txn',
  'history',
  'watch',
  'retention',
  'compact',
  'status',
  'tail',
  'import',
  'export',
  'apply',
  'diff',
  'rollback',
  'edit',
  'lease',
  'lock',
  'permissions',
  'members',
  'transfer',
  'snapshot',
  'bench',
];

describe.each([
  ['an unknown command', ['nope'], "unknown command 'nope'"],
  ['help for an unknown command', ['help', 'nope'], "unknown command 'nope'"],
  ['help for an unknown command of another', ['help', 'members', 'nope'], "unknown command 'nope'"],
  ['the same', ['members', 'help', 'nope'], "unknown command 'nope'"],
  ['an unknown flag', ['up', '--prot', '1'], "unknown option '--prot' (Did you mean --port?)"],
  ['a missing argument', ['get'], "missing required argument 'key'"],
  ['an argument too many', ['get', 'a', 'b'], 'too many arguments'],
  ['a port that is none', ['up', '--port', '65536'], '--port'],
  ['no nodes at all', ['up', '--nodes', '0'], '--nodes'],
  ['a limit of nothing', ['list', '--limit', '0'], '--limit'],
  ['a revision below zero', ['put', '/a', 'b', '--if-revision', '-1'], '--if-revision'],
  ['no revision', ['get', '/a', '--revision', '0'], '--revision'],
  ['a fence without a token', ['put', '/a', 'b', '--fence', '/lock'], '--fence'],
  ['no lease', ['put', '/a', 'b', '--lease', '0'], '--lease'],
  ['a lease of no time', ['lease', 'grant', 'soon'], 'ttl'],
  ['a lease that is none', ['lease', 'revoke', 'x'], 'lease'],
  ['a lock without a command', ['lock', '/l'], "missing required argument 'command'"],
  ['no retention', ['retention', '--max-versions', '0'], '--max-versions'],
  ['no age', ['retention', '--max-age', 'soon'], '--max-age'],
  [
    'a content type that is none',
    ['put', '/a', 'b', '--content-type', 'text', '--nats', 'nats://127.0.0.1:1'],
    '(InvalidContentType)',
  ],
  ['an index below one', ['tail', '--from', '0'], '--from'],
  ['a revision to watch from below one', ['watch', '--from-revision', '0'], '--from-revision'],
  ['a kind of change that is none', ['watch', '--filter', 'get'], '--filter'],
  ['a key beside a prefix', ['watch', '/a', '--prefix', '/a/'], '--prefix'],
  ['no time at all', ['get', '/a', '--timeout', '0'], '--timeout'],
  ['a name that is none', ['get', '/a', '--cluster', 'a.b'], '--cluster'],
  ['a voter named twice', ['form', '--voters', 'n1,n2,n1'], 'n1 twice'],
  ['nobody to add', ['members', 'add'], "missing required argument 'ids'"],
  ['a member whose id is no name', ['members', 'remove', 'n.1'], 'ids'],
  ['half a pair', ['members', 'replace', 'n1'], 'pairs'],
  ['an unknown command of members', ['members', 'ad', 'n4'], 'too many arguments'],
  ['a leader whose id is no name', ['transfer', 'n.1'], 'node'],
  ['no file to save', ['snapshot', 'save'], "missing required argument 'file'"],
  ['no file to restore', ['snapshot', 'restore', '--voters', 'n1'], "missing required argument 'file'"],
  ['nobody to restore into', ['snapshot', 'restore', 'x'], '--voters'],
  ['a file that is not there', ['snapshot', 'check', '/nowhere/x'], 'ENOENT'],
  ['a file that is not there', ['snapshot', 'restore', '/nowhere/x', '--voters', 'n1'], 'ENOENT'],
  ['a node whose id is no name', ['snapshot', 'n.1'], 'nodes'],
  ['an unknown command of bench', ['bench', 'pu'], 'pu'],
  ['a load of nobody', ['bench', 'put', '--callers', '0'], '--callers'],
  ['values that are too large', ['bench', 'put', '--size', '524289'], '--size'],
  ['a rate of nothing', ['bench', 'get', '--rate', '0'], '--rate'],
  ['nothing but reads', ['bench', 'mixed', '--reads', '100'], '--reads'],
  ['a fault that is none', ['bench', 'failover', '--fault', 'fire'], '--fault'],
  ['a road that no certificate knows', ['bench', 'failover', '--fault', 'cut', '--tls', '--nats', 'x'], 'TLS'],
  ['no voters', ['form'], '--voters'],
  ['no value', ['put', '/a'], '--file'],
  ['two values', ['put', '/a', 'b', '--file', 'c'], '--file'],
  ['an empty key, where there is no NATS', ['put', '', 'b', '--nats', 'nats://127.0.0.1:1'], '(InvalidKey)'],
  ['the same', ['get', '', '--nats', 'nats://127.0.0.1:1'], '(InvalidKey)'],
  ['the same', ['del', '', '--nats', 'nats://127.0.0.1:1'], '(InvalidKey)'],
  ['a prefix that is none', ['list', '\n', '--nats', 'nats://127.0.0.1:1'], '(InvalidKey)'],
  ['a value that is not there', ['put', '/a', '--file', '/nowhere/x'], 'ENOENT'],
  ['a file that is not there', ['import', '/nowhere/x.json', '--prefix', '/a'], 'ENOENT'],
  ['a file of no format', ['import', fileURLToPath(import.meta.url), '--prefix', '/a'], '--raw'],
  ['an import without a prefix', ['import', 'a.json'], '--prefix'],
  ['a format that is none', ['import', 'a', '--prefix', '/a', '--format', 'toml'], '--format'],
  ['a format for a raw file', ['import', 'a', '--prefix', '/a', '--format', 'json', '--raw'], '--raw'],
  ['a node without a folder', ['node', '--id', 'n1'], '--data'],
  ['a node whose id is no name', ['node', '--id', 'n 1', '--data', 'x'], '--id'],
  ['another scheme than that of NATS', ['get', '/a', '--nats', 'http://127.0.0.1'], '--nats'],
  ['two kinds of credentials', ['get', '/a', '--user', 'a', '--token', 'b'], 'only one of'],
  ['a password of nobody', ['get', '/a', '--password', 'a'], '--user'],
  ['a certificate without a key', ['get', '/a', '--tls-cert', 'a'], '--tls-key'],
  ['credentials that are not there', ['get', '/a', '--creds', '/nowhere'], 'ENOENT'],
  ['a node called as a client is', ['permissions', '--nodes', 'n1,client'], 'client'],
])('%s', (_, args, expected) => {
  test('is told on one line, with exit code 2', async () => {
    const { exitCode, stdout, stderr } = await quorate(args);
    expect(stderr).toMatch(/^quorate: [^\n]+\n$/);
    expect(stderr).toContain(expected);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});

test('a variable is a flag, and one that is empty is none', async () => {
  const bad = await quorate(['list'], { env: { QUORATE_TIMEOUT: 'soon' } });
  expect(bad).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('QUORATE_TIMEOUT') });
  const named = await quorate(['permissions'], { env: { QUORATE_CLUSTER: 'blue' } });
  expect(named.stdout).toContain('quorate.blue.peer.n1.>');
  const empty = await quorate(['permissions'], { env: { QUORATE_CLUSTER: '' } });
  expect(empty.stdout).toContain('quorate.main.peer.n1.>');
});

test('a value that is too large is refused before NATS is looked for', async () => {
  const command = ['put', '/a', '-', '--nats', 'nats://127.0.0.1:1'];
  const { exitCode, stderr } = await quorate(command, { stdin: 'x'.repeat(524_289) });
  expect(stderr).toMatch(/^quorate: [^\n]*524289[^\n]*\(ValueTooLarge\)\n$/);
  expect(exitCode).toBe(2);
});

describe.each(['up', 'node'])('%s refuses a folder', (command) => {
  const runIn = (data: string): Promise<CommandResult> =>
    quorate([command, ...(command === 'node' ? ['--id', 'n1'] : ['--port', '0']), '--data', data]);

  test('that it cannot write', async () => {
    const { exitCode, stderr } = await runIn(join(folder, 'file', 'below'));
    expect(stderr).toMatch(/^quorate: [^\n]*file[^\n]*ENOTDIR\n$/);
    expect(exitCode).toBe(2);
  });

  // Where the system is no Linux, /proc itself is missing.
  test('below one that takes none', async () => {
    const { exitCode, stderr } = await runIn('/proc/quorate/below');
    expect(stderr).toMatch(/^quorate: [^\n]*\/proc\/quorate[^\n]* cannot be made: [A-Z]+\n$/);
    expect(exitCode).toBe(2);
  });
});

test.each([
  ['get', '/a'],
  ['put', '/a', 'b'],
  ['del', '/a'],
  ['list'],
  ['history', '/a'],
  ['watch', '/a'],
  ['retention'],
  ['compact'],
  ['status'],
  ['tail'],
  ['form', '--voters', 'n1'],
  ['members'],
  ['members', 'add', 'n4'],
  ['transfer'],
  ['bench', 'put'],
  ['bench', 'get'],
])('%s tells on one line that there is no NATS', async (...args) => {
  const { exitCode, stdout, stderr } = await quorate([...args, '--nats', 'nats://127.0.0.1:1']);
  expect(stderr).toMatch(/^quorate: [^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  expect(stdout).toBe('');
  expect(exitCode).toBe(1);
});

test('up tells on one line that there is no NATS, and starts no node', async () => {
  const data = join(folder, 'up');
  const { exitCode, stderr } = await quorate(['up', '--nats', 'nats://127.0.0.1:1', '--data', data]);
  expect(stderr).toMatch(/^quorate: [^\n]*127\.0\.0\.1:1[^\n]*\n$/);
  expect(exitCode).toBe(1);
});

test.each(commands)('the help of %s has examples', async (command) => {
  const { exitCode, stdout } = await quorate([command, '--help']);
  expect(stdout).toMatch(new RegExp(`^  \\$ .*quorate ${command}\\b.*# `, 'm'));
  expect(exitCode).toBe(0);
});

test('without a command there is help, and exit code 2', async () => {
  const { exitCode, stderr } = await quorate([]);
  for (const command of commands) expect(stderr).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  expect(exitCode).toBe(2);
});

test('help is --help, of the whole, of a command, and of a command of that', async () => {
  for (const path of [[], ['put'], ['members'], ['members', 'add']]) {
    const { stdout } = await quorate([...path, '--help']);
    expect(await quorate(['help', ...path])).toMatchObject({ exitCode: 0, stdout, stderr: '' });
  }
});

test('the version is that of the package', async () => {
  expect(await quorate(['--version'])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
  });
});
