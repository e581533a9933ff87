import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findNatsServer } from '../../../infra/setup/nats-server.mjs';
import { quorate } from './command.ts';

let folder: string;
let natsServer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-failover-'));
  natsServer = await findNatsServer();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const small = ['--runs', '1', '--callers', '2', '--connections', '2', '--keys', '10'];

const failover = (...args: readonly string[]) => {
  const all = ['bench', 'failover', ...small, '--data', folder, '--nats-server', natsServer, ...args];
  return quorate(all);
};

test.each(['kill', 'pause', 'cut'])('%s: a leader is lost, another leads, and all is whole again', async (fault) => {
  const { exitCode, stdout, stderr } = await failover('--fault', fault, '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { settings, runs, longestMs, writes } = JSON.parse(stdout);
  expect(settings).toEqual({ fault, runs: 1, callers: 2, connections: 2, keys: 10, valueBytes: 256 });
  expect(runs).toEqual([{ leader: expect.any(String), nextLeader: expect.any(String), longestMs: expect.any(Number) }]);
  expect(runs[0].nextLeader).not.toBe(runs[0].leader);
  expect(longestMs).toEqual({ median: runs[0].longestMs, p99: runs[0].longestMs, max: runs[0].longestMs });
  expect(longestMs.max).toBeGreaterThan(0);
  expect(writes.acknowledged).toBeGreaterThan(0);
  expect(await readdir(folder)).toEqual([]);
});

test('people get a row for each run', async () => {
  const { stdout } = await failover();
  expect(stdout).toMatch(/^RUN +LED +LEADS +LONGEST WITHOUT A WRITE\n +1 +n\d +n\d +\d+ ms\n/);
  expect(stdout).toMatch(/^longest time without an acknowledged write: median \d+ ms, 99 % \d+ ms, longest \d+ ms$/m);
});

test('without a nats-server it says how to get one', async () => {
  const { exitCode, stdout, stderr } = await failover('--nats-server', '/nowhere/nats-server');
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr).toMatch(/^quorate: there is no \/nowhere\/nats-server: [^\n]*--nats-server[^\n]*--nats\n$/);
  expect(await readdir(folder)).toEqual([]);
});
