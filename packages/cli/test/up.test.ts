import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBroker } from '@quorate/broker';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/support/nats-server.ts';
import { processEntry } from '../src/up/process-entry.ts';
import { quorate } from './command.ts';
import { gone, isRunning, killAll, statusAt } from './processes.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
const started: UpProcess[] = [];
/** Processes that end with an `up`, unless something is wrong. */
const nodePids: number[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-up-'));
});
afterEach(async () => {
  for (const up of started.splice(0)) await up.end('SIGTERM');
  killAll(nodePids.splice(0));
  await rm(folder, { recursive: true, force: true });
});

async function up(...args: readonly string[]): Promise<UpProcess> {
  const process = await startUp(['--data', folder, ...args]);
  started.push(process);
  return process;
}

async function pidsAt(url: string): Promise<readonly number[]> {
  const pids = (await statusAt(url)).nodes.map(({ pid }) => pid);
  nodePids.push(...pids);
  return pids;
}

const commandLineOf = (pid: number): string =>
  execFileSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });

const takesConnections = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('data', () => socket.destroy());
  });

test('one line says that there is a leader and how to talk to it, and it is true', async () => {
  const running = await up();
  expect(running.lines).toHaveLength(1);
  const [, leader, command] =
    /^quorate: cluster main is up, (n[123]) leads \(3 nodes\)\. Try: npx quorate (.*)$/.exec(running.lines[0] ?? '') ??
    [];
  const { exitCode, stdout } = await quorate(command?.split(' ') ?? []);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1\n' });
  expect(running.complaints).toEqual([]);

  const status = await statusAt(running.url());
  expect(status.leader).toBe(leader);
  const parents = status.nodes.map(({ pid }) => processEntry(pid)?.parentPid);
  expect(parents).toEqual([running.child.pid, running.child.pid, running.child.pid]);
});

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s', (signal) => {
  test('ends everything cleanly, and another up finds the data again', async () => {
    const first = await up('--nodes', '1');
    await quorate(['put', '/kept', 'yes', '--nats', first.url()]);
    const pids = await pidsAt(first.url());
    expect(await first.end(signal)).toBe(0);
    expect(pids.filter(isRunning)).toEqual([]);
    expect(await takesConnections(first.url())).toBe(false);
    expect(first.complaints).toEqual([]);

    const second = await up('--nodes', '1');
    expect((await quorate(['get', '/kept', '--nats', second.url()])).stdout).toBe('yes');
  });
});

test('nothing outlives an up that is killed', async () => {
  const running = await up();
  const pids = await pidsAt(running.url());
  expect(pids).toHaveLength(3);
  await running.end('SIGKILL');
  await gone(pids);
});

test('an interrupt of the whole group of processes, as from a terminal, makes no noise', async () => {
  const running = await up('--nodes', '3');
  const pids = await pidsAt(running.url());
  for (const pid of pids) process.kill(pid, 'SIGINT');
  expect(await running.end('SIGINT')).toBe(0);
  await gone(pids);
});

test('a node that is stopped is ended nevertheless', async () => {
  const running = await up('--nodes', '1');
  const [pid = 0] = await pidsAt(running.url());
  process.kill(pid, 'SIGSTOP');
  expect(await running.end('SIGINT')).toBe(0);
  expect(isRunning(pid)).toBe(false);
});

test('a node that dies is told of, and stays dead', async () => {
  const running = await up();
  const victim = (await statusAt(running.url())).nodes.find(({ role }) => role === 'follower');
  process.kill(victim?.pid ?? 0, 'SIGKILL');
  await running.complaint(new RegExp(`^quorate: node ${victim?.id} was ended by SIGKILL$`));
  const after = (await statusAt(running.url())).nodes.find(({ id }) => id === victim?.id);
  expect(after?.role).toBe('unreachable');
  expect(running.complaints).toHaveLength(1);
});

test('with --restart it is started again', async () => {
  const running = await up('--restart', '--nodes', '1');
  const [pid = 0] = await pidsAt(running.url());
  await quorate(['put', '/kept', 'yes', '--nats', running.url()]);
  process.kill(pid, 'SIGKILL');
  await running.complaint(/^quorate: node n1 was ended by SIGKILL; it is started again$/);
  const { stdout } = await quorate(['get', '/kept', '--nats', running.url(), '--timeout', '20000']);
  expect(stdout).toBe('yes');
  expect(await pidsAt(running.url())).not.toEqual([pid]);
});

/** The events in the log file of a node. */
async function loggedBy(id: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const lines = (await readFile(join(folder, `${id}.log`), 'utf8')).trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

test('the log of a node is JSON in its file, with what identifies it', async () => {
  const running = await up('--nodes', '1', '--cluster', 'blue', '--http-port', '0');
  await running.end('SIGTERM');
  const events = await loggedBy('n1');
  expect(events.length).toBeGreaterThan(2);
  for (const event of events) {
    const term = expect.any(Number);
    expect(event).toMatchObject({ cluster: 'blue', group: 'config', node: 'n1', actor: expect.any(String), term });
  }
  expect(events.at(-1)).toMatchObject({ msg: 'node stopped', term: 1 });
  // The tuning is handed on.
  expect(events).toContainEqual(expect.objectContaining({ msg: 'listens for HTTP' }));
});

test('what a node says past its logger is a line of JSON too', async () => {
  await mkdir(join(folder, 'n1'));
  await writeFile(join(folder, 'n1', 'diary.txt'), 'dear diary');
  const { exitCode } = await quorate(['up', '--data', folder, '--port', '0', '--nodes', '1']);
  expect(exitCode).toBe(2);
  expect(await loggedBy('n1')).toMatchObject([
    {
      level: 50,
      cluster: 'main',
      group: 'config',
      node: 'n1',
      actor: 'stderr',
      msg: expect.stringMatching(/^quorate: /),
    },
  ]);
});

test('damage that a node finds on its disk is told of on one line', async () => {
  const first = await up();
  await quorate(['put', '/kept', 'yes', '--nats', first.url()]);
  await first.end('SIGTERM');
  await truncate(join(folder, 'n2', 'log', 'data.mdb'), 4_096);

  const second = await up();
  await second.complaint(/^quorate: node n2 found damage on its disk: .*the log was set aside in log\.damaged/);
  expect((await quorate(['get', '/kept', '--nats', second.url(), '--node', 'n2'])).stdout).toBe('yes');
  for (const line of second.complaints) expect(line).toMatch(/^quorate: node n2 found damage on its disk: /);
});

describe('on a NATS of its own users', () => {
  let server: NatsServer;
  beforeEach(async () => {
    server = await startNatsServer({ config: 'authorization { user: ann, password: secret }' });
  });
  afterEach(() => server.stop());
  const ann = { NATS_USER: 'ann', NATS_PASSWORD: 'secret' };

  test('the nodes are told who they are, and the password is not among their arguments', async () => {
    const running = await startUp(['--data', folder, '--nats', server.url], ann);
    started.push(running);
    const { stdout } = await quorate(['status', '--json', '--nats', server.url], { env: ann });
    const nodes: { readonly pid: number }[] = JSON.parse(stdout).nodes;
    expect(nodes).toHaveLength(3);
    for (const { pid } of nodes) expect(commandLineOf(pid)).not.toContain('secret');
    expect(running.lines.join()).not.toContain('secret');
  });

  test('who is not let in is told so at once', async () => {
    const { exitCode, stderr } = await quorate(['up', '--data', folder, '--nats', server.url]);
    expect(stderr).toMatch(/^quorate: [^\n]+\n$/);
    expect(exitCode).toBe(1);
  });

  test('two clusters of one name are not mixed up', async () => {
    const args = ['--nats', server.url, '--nodes', '1'];
    started.push(await startUp(['--data', join(folder, 'a'), ...args], ann));
    const { exitCode, stderr } = await quorate(['up', '--data', join(folder, 'b'), ...args], { env: ann });
    expect(stderr).toMatch(/^quorate: another process, \d+, answers as node n1 on this NATS: [^\n]+\n$/);
    expect(exitCode).toBe(1);
  });
});

test('a port in use is told of on one line, with exit code 2', async () => {
  const broker = await startBroker();
  try {
    const { exitCode, stderr } = await quorate(['up', '--data', folder, '--port', String(broker.port)]);
    expect(stderr).toMatch(new RegExp(`^quorate: [^\\n]*${broker.port}[^\\n]*in use[^\\n]*\\n$`));
    expect(exitCode).toBe(2);
  } finally {
    await broker.close();
  }
});

test('a folder in use is told of in the words of the node, with exit code 2, and nothing is left', async () => {
  const running = await up('--nodes', '1');
  const { exitCode, stderr } = await quorate(['up', '--data', folder, '--port', '0', '--nodes', '3']);
  expect(stderr).toMatch(/^quorate: node n1 did not start: data folder [^\n]*n1 is in use[^\n]*\n$/);
  expect(exitCode).toBe(2);
  // The one that was there first is not disturbed.
  expect((await statusAt(running.url())).leader).toBe('n1');
});

test('a folder of something else is refused', async () => {
  await mkdir(join(folder, 'n2'));
  await writeFile(join(folder, 'n2', 'diary.txt'), 'dear diary');
  const { exitCode, stderr } = await quorate(['up', '--data', folder, '--port', '0']);
  expect(stderr).toMatch(/^quorate: node n2 did not start: [^\n]+\n$/);
  expect(exitCode).toBe(2);
});

test('a node whose folder was emptied is said to be spent, and the others go on', async () => {
  const first = await up();
  await quorate(['put', '/kept', 'yes', '--nats', first.url()]);
  await first.end('SIGTERM');
  await rm(join(folder, 'n3'), { recursive: true });

  const second = await up();
  await second.complaint(/^quorate: node n3 is spent/);
  expect((await quorate(['get', '/kept', '--nats', second.url()])).stdout).toBe('yes');
});
