import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandOptions, type CommandResult, quorate, startQuorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-commands-'));
  up = await startUp(['--data', folder]);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

/** Runs a command on the cluster. */
const run = (args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> =>
  quorate(args, { ...options, env: { QUORATE_NATS: up.url(), ...options.env } });

/** Runs a command that has to succeed, and gives its output. */
async function output(...args: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await run(args);
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  return stdout;
}

describe('put and get', () => {
  test('a value comes back alone, without a newline', async () => {
    const revision = await output('put', '/a/text', 'two words');
    expect(revision).toMatch(/^\d+\n$/);
    expect(await output('get', '/a/text')).toBe('two words');
    expect(JSON.parse(await output('get', '/a/text', '--json'))).toEqual({
      key: '/a/text',
      value: 'two words',
      createRevision: revision.trim(),
      modRevision: revision.trim(),
      version: '1',
      revision: expect.stringMatching(/^\d+$/),
      appliedIndex: expect.stringMatching(/^\d+$/),
    });
  });

  test('bytes come back as they are, from standard input and from a file', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 0xc3, 0x28]);
    await run(['put', '/a/stdin', '-'], { stdin: bytes });
    expect((await run(['get', '/a/stdin'])).bytes).toEqual(bytes);

    await writeFile(join(folder, 'bytes'), bytes);
    await output('put', '/a/file', '--file', join(folder, 'bytes'));
    expect((await run(['get', '/a/file'])).bytes).toEqual(bytes);
    expect(JSON.parse(await output('get', '/a/file', '--json'))).toMatchObject({
      valueBase64: bytes.toString('base64'),
    });
  });

  test('a value may be empty, begin with a dash, or be a negative number', async () => {
    await output('put', '/a/odd', '');
    expect(await output('get', '/a/odd')).toBe('');
    await output('put', '/a/odd', '-1');
    expect(await output('get', '/a/odd')).toBe('-1');
    await output('put', '/a/odd', '--', '--flag');
    expect(await output('get', '/a/odd')).toBe('--flag');
  });

  test('every node answers when it is asked by name', async () => {
    await output('put', '/a/each', 'n0');
    for (const node of ['n1', 'n2', 'n3']) {
      await output('put', '/a/each', node, '--node', node);
      expect(await output('get', '/a/each', '--node', node)).toBe(node);
    }
    const stranger = await run(['get', '/a/each', '--node', 'n9', '--timeout', '500']);
    expect(stranger).toMatchObject({ exitCode: 1, stdout: '', stderr: expect.stringMatching(/^quorate: [^\n]+\n$/) });
  });

  test('a missing key is one line and exit code 1', async () => {
    expect(await run(['get', '/nowhere'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: 'quorate: "/nowhere" does not exist\n',
    });
  });

  test('--if-revision lets nobody overwrite what somebody else wrote', async () => {
    const revision = (await output('put', '/a/guarded', '1', '--if-revision', '0')).trim();
    await output('put', '/a/guarded', '2', '--if-revision', revision);
    const late = await run(['put', '/a/guarded', '3', '--if-revision', revision]);
    expect(late).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/^quorate: .*\(RevisionMismatch\)\n$/) });
    expect(await output('get', '/a/guarded')).toBe('2');
  });

  test.each([
    ['an empty key', ['put', '', 'x'], 'InvalidKey'],
    ['a key with a control character', ['put', '/a\n', 'x'], 'InvalidKey'],
    ['a key that is too long', ['put', `/${'k'.repeat(1024)}`, 'x'], 'KeyTooLarge'],
  ])('%s is refused with exit code 2', async (_, args, code) => {
    const { exitCode, stderr } = await run(args);
    expect(stderr).toMatch(new RegExp(`^quorate: [^\\n]*\\(${code}\\)\\n$`));
    expect(exitCode).toBe(2);
  });

  test('a value that is too large is refused with the limit and its size', async () => {
    const { exitCode, stderr } = await run(['put', '/a/large', '-'], { stdin: 'x'.repeat(524_289) });
    expect(stderr).toBe('quorate: value has 524289 bytes, and 524288 are allowed (ValueTooLarge)\n');
    expect(exitCode).toBe(2);
    expect((await run(['get', '/a/large'])).exitCode).toBe(1);
  });
});

test('del removes a key, and says when there was none', async () => {
  await output('put', '/d', 'x');
  expect(await output('del', '/d')).toMatch(/^\d+\n$/);
  expect((await run(['get', '/d'])).exitCode).toBe(1);
  expect(await run(['del', '/d'])).toMatchObject({ exitCode: 0, stderr: 'quorate: "/d" did not exist\n' });
});

describe('list', () => {
  const large = 'x'.repeat(100_000);
  beforeAll(async () => {
    // Together they are more than one message of NATS can carry, so that there are several pages.
    for (let number = 10; number < 25; number += 1) {
      const { stderr } = await run(['put', `/l/${number}`, '-'], { stdin: large });
      expect(stderr).toBe('');
    }
    await output('put', '/l/text', 'a\nb');
  });

  test('gives all pages, in order', async () => {
    const keys = (await output('list', '/l/', '--keys-only')).split('\n');
    expect(keys).toEqual([...Array.from({ length: 15 }, (_, at) => `/l/${at + 10}`), '/l/text', '']);
    const entries = JSON.parse(await output('list', '/l/', '--json'));
    expect(entries.map(({ key }: { key: string }) => key)).toEqual(keys.slice(0, -1));
    expect(entries[0]).toMatchObject({ key: '/l/10', value: large, version: '1' });
  });

  test('is a table for people, a line a key', async () => {
    const lines = (await output('list', '/l/')).split('\n');
    expect(lines[0]).toMatch(/^KEY +REVISION +VALUE$/);
    expect(lines[1]).toMatch(/^\/l\/10 +\d+ +x{60}… \(100000 bytes\)$/);
    expect(lines[16]).toMatch(/^\/l\/text +\d+ +a\\nb$/);
    expect(lines).toHaveLength(18);
  });

  test('ends at its limit', async () => {
    expect(await output('list', '/l/', '--keys-only', '--limit', '3')).toBe('/l/10\n/l/11\n/l/12\n');
    expect(JSON.parse(await output('list', '/l/', '--json', '--keys-only', '--limit', '1'))).toEqual(['/l/10']);
  });

  test('of nothing is nothing, and an empty array as JSON', async () => {
    expect(await output('list', '/none/')).toBe('');
    expect(await output('list', '/none/', '--json')).toBe('[]\n');
  });
});

describe('status', () => {
  test('as JSON has the leader and every node, with texts for numbers of 64 bits', async () => {
    const status = JSON.parse(await output('status', '--json'));
    expect(status.leader).toMatch(/^n[123]$/);
    expect(status.nodes.map(({ id }: { id: string }) => id)).toEqual(['n1', 'n2', 'n3']);
    const roles = status.nodes.map(({ role }: { role: string }) => role).sort();
    expect(roles).toEqual(['follower', 'follower', 'leader']);
    for (const node of status.nodes) {
      const counter = expect.stringMatching(/^\d+$/);
      expect(node).toMatchObject({
        pid: expect.any(Number),
        term: counter,
        commitIndex: counter,
        lastApplied: counter,
      });
    }
  });

  test('is a table for people', async () => {
    const lines = (await output('status')).split('\n');
    expect(lines[0]).toMatch(/^cluster main, group config: n[123] leads$/);
    // Reads of other tests have had a lease asked for.
    expect(lines[1]).toMatch(/^(lease: (valid|not held); reads that took a round of confirmation instead: \d+)?$/);
    const table = lines.slice(lines.indexOf('') + 1);
    expect(table[0]).toMatch(/^NODE +ROLE +TERM +COMMITTED +APPLIED +LAG +ROUND TRIP +LOSS +CLOCK +PID$/);
    expect(table.slice(1, 4).every((line) => /^n[123] +(leader|follower) +\d+ +\d+ +\d+ .*\d+$/.test(line))).toBe(true);
  });

  test('of one node shows that node', async () => {
    const status = JSON.parse(await output('status', '--json', '--node', 'n2'));
    expect(status.nodes.map(({ id }: { id: string }) => id)).toEqual(['n2']);
    expect(await run(['status', '--node', 'n9'])).toMatchObject({
      exitCode: 1,
      stderr: 'quorate: node n9 does not answer\n',
    });
  });

  test('of a cluster that is not there is one line and exit code 1', async () => {
    const { exitCode, stdout, stderr } = await run(['status', '--cluster', 'other', '--timeout', '500']);
    expect(stderr).toMatch(/^quorate: [^\n]+\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });
});

describe('tail', () => {
  test('prints the committed entries once and in order, from the first', async () => {
    const lines = (await output('tail', '--count', '20', '--json')).trimEnd().split('\n');
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries.map(({ index }) => index)).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 1)));
    expect(entries[0]).toMatchObject({ kind: 'noop', term: expect.stringMatching(/^\d+$/) });
  });

  test('follows what comes, until it is interrupted', async () => {
    const { nodes } = JSON.parse(await output('status', '--json'));
    const next = Math.max(...nodes.map(({ commitIndex }: { commitIndex: string }) => Number(commitIndex))) + 1;
    const child = startQuorate(['tail', '--from', String(next), '--nats', up.url()]);
    const lines: string[] = [];
    const printed = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await output('put', '/t', 'one');
    while (lines.length < 2) await once(printed, 'line');
    await output('del', '/t');
    while (lines.length < 3) await once(printed, 'line');
    expect(lines[0]).toMatch(/^ *INDEX +TERM +TIME +KIND +COMMAND$/);
    const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z';
    expect(lines[1]).toMatch(new RegExp(`^ *${next} +\\d+ +${time} +command +put /t one$`));
    expect(lines[2]).toMatch(new RegExp(`^ *${next + 1} +\\d+ +${time} +command +delete /t$`));

    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('watch', () => {
  test('prints the changes of keys from a revision on, with what was there before', async () => {
    const revision = (await output('put', '/watched/a', 'one')).trim();
    await output('put', '/elsewhere', 'x');
    await output('put', '/watched/b', 'two');
    await output('del', '/watched/a');
    const watched = ['watch', '--prefix', '/watched/', '--from-revision', revision, '--count', '3', '--previous'];
    const changes = (await output(...watched, '--json'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(changes).toMatchObject([
      { key: '/watched/a', op: 'put', value: 'one', revision },
      { key: '/watched/b', op: 'put', value: 'two' },
      { key: '/watched/a', op: 'delete', previous: { key: '/watched/a', value: 'one', modRevision: revision } },
    ]);
    const lines = (await output(...watched)).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^REVISION +TIME +KEY +VALUE +BEFORE$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/).slice(-3))).toEqual([
      ['/watched/a', 'one', '(nothing)'],
      ['/watched/b', 'two', '(nothing)'],
      ['/watched/a', '(deleted)', 'one'],
    ]);
  });

  test('follows what comes, of one kind, until it is interrupted', async () => {
    const revision = (await output('put', '/followed', 'one')).trim();
    const from = String(BigInt(revision) + 1n);
    const args = ['watch', '/followed', '--from-revision', from, '--filter', 'delete', '--json'];
    const child = startQuorate([...args, '--nats', up.url()]);
    const lines: string[] = [];
    const printed = createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await output('put', '/followed', 'two');
    await output('del', '/followed');
    while (lines.length < 1) await once(printed, 'line');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ key: '/followed', op: 'delete' }]);
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
  });
});

describe('snapshot', () => {
  const counter = expect.stringMatching(/^\d+$/);

  test('has every member take one, or those that are named, and says what each has', async () => {
    await output('put', '/s', 'one');
    const lines = (await output('snapshot')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^NODE +INDEX +TERM +REVISION +BYTES +ID$/);
    expect(lines.slice(1).map((line) => line.split(' ')[0])).toEqual(['n1', 'n2', 'n3']);
    const { snapshots } = JSON.parse(await output('snapshot', 'n3', 'n1', '--json'));
    expect(snapshots.map(({ node }: { node: string }) => node)).toEqual(['n3', 'n1']);
    for (const { index, revision, id } of snapshots) {
      expect([index, revision]).toEqual([counter, counter]);
      expect(id.startsWith(`${index}-`)).toBe(true);
    }
  });

  test('tells of a node that is not there, and shows what the others have', async () => {
    const { exitCode, stdout, stderr } = await run(['snapshot', 'n1', 'n9']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toBe('quorate: node n9 does not answer\nquorate: 1 of 2 nodes took no snapshot\n');
    expect(exitCode).toBe(1);
  });

  test('is saved as a file, and checked, with the same said of it', async () => {
    const file = join(folder, 'main.snapshot');
    const saved = await output('snapshot', 'save', file);
    expect(saved).toMatch(/^cluster +main, group config\ncluster id +[0-9a-f]{64}\nvoters +n1, n2, n3\n/);
    expect(await output('snapshot', 'check', file)).toBe(saved);
    expect(await run(['snapshot', 'save', file])).toMatchObject({ exitCode: 2, stdout: '' });
    const info = JSON.parse(await output('snapshot', 'save', file, '--force', '--json'));
    expect(JSON.parse(await output('snapshot', 'check', file, '--json'))).toEqual(info);
    expect(info).toMatchObject({ cluster: 'main', group: 'config', index: counter, term: counter, revision: counter });
  });

  test('is not restored over a cluster', async () => {
    const file = join(folder, 'main.snapshot');
    await output('snapshot', 'save', file, '--force');
    const { exitCode, stdout, stderr } = await run(['snapshot', 'restore', file, '--voters', 'n1,n2,n3']);
    expect(stderr).toMatch(/^quorate: [^\n]*n[123][^\n]*\(FormationRefused\)\n$/);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  });
});

test.each([
  ['list', '/l/', '--json'],
  ['tail', '--json'],
])('%s ends quietly when its reader goes away', async (...args) => {
  const child = startQuorate([...args, '--nats', up.url()]);
  const complaints: string[] = [];
  child.stderr.on('data', (chunk) => complaints.push(String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const [exitCode] = await once(child, 'close');
  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: [] });
});

test('a cluster is formed once', async () => {
  const { exitCode, stdout, stderr } = await run(['form', '--voters', 'n1,n2,n3']);
  expect(stderr).toMatch(/^quorate: [^\n]*n[123][^\n]*\(FormationRefused\)\n$/);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
});
