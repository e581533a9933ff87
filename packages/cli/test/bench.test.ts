import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '@quorate/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CommandResult, quorate, startQuorate } from './command.ts';
import { startUp, type UpProcess } from './up-process.ts';

let folder: string;
let up: UpProcess;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-bench-'));
  up = await startUp(['--data', folder]);
});
afterAll(async () => {
  await up?.end('SIGTERM');
  await rm(folder, { recursive: true, force: true });
});

const environment = (): Record<string, string> => ({ QUORATE_NATS: up.url() });
const small = ['--callers', '4', '--connections', '2', '--keys', '20', '--seconds', '1', '--warm-up', '0'];

/** Runs `quorate bench` with a small load. */
const bench = (...args: readonly string[]): Promise<CommandResult> =>
  quorate(['bench', ...args, ...small], { env: environment() });

/** The same with its result as JSON. */
async function measured(...args: readonly string[]) {
  const { exitCode, stdout, stderr } = await bench(...args, '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/^\{.*\}\n$/);
  return JSON.parse(stdout);
}

/** The keys below a prefix. */
async function listed(prefix: string): Promise<readonly { readonly key: string; readonly value: string }[]> {
  return JSON.parse((await quorate(['list', prefix, '--json'], { env: environment() })).stdout);
}

const figures = {
  answered: expect.any(Number),
  perSecond: expect.any(Number),
  failed: 0,
  failures: {},
  notBegun: 0,
  latencyMs: {
    p50: expect.any(Number),
    p90: expect.any(Number),
    p99: expect.any(Number),
    p999: expect.any(Number),
    max: expect.any(Number),
    mean: expect.any(Number),
  },
};

test('it writes in sessions, as programs do that keep the defaults', async () => {
  await measured('put', '--prefix', '/in-session/');
  const store = await connect({ servers: up.url() });
  try {
    for await (const { command } of store.committed({ fromIndex: 1n })) {
      if (command?.kind !== 'put' || !command.key.startsWith('/in-session/')) continue;
      expect(command.inSession?.sequence).toBeGreaterThan(0n);
      break;
    }
  } finally {
    await store.close();
  }
});

test('put writes its keys, and says how fast', async () => {
  const result = await measured('put', '--prefix', '/written/', '--size', '10');
  expect(result).toEqual({
    settings: {
      callers: 4,
      connections: 2,
      valueBytes: 10,
      keys: 20,
      seconds: 1,
      warmUpSeconds: 0,
      ratePerSecond: null,
    },
    operations: { put: figures },
  });
  const { put } = result.operations;
  expect(put.answered).toBeGreaterThan(0);
  expect(put.perSecond).toBe(put.answered);
  expect(put.latencyMs.p50).toBeGreaterThan(0);
  expect(put.latencyMs.max).toBeGreaterThanOrEqual(put.latencyMs.p999);

  const keys = await listed('/written/');
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.length).toBeLessThanOrEqual(20);
  for (const { key, value } of keys) {
    expect(key).toMatch(/^\/written\/00000[01]\d$/);
    expect(value).toBe('xxxxxxxxxx');
  }
});

test('get reads keys that it has written, beside what NATS alone takes', async () => {
  const { settings, operations, ratioOfMedians } = await measured('get', '--prefix', '/read/', '--size', '1000');
  expect(operations).toEqual({ get: figures, nats: figures });
  expect(settings).toMatchObject({ consistency: 'linearizable' });
  expect(settings.replyBytes).toBeGreaterThan(1_000);
  expect(settings.requestBytes).toBeLessThan(100);
  expect(ratioOfMedians).toBeCloseTo(operations.get.latencyMs.p50 / operations.nats.latencyMs.p50, 1);
  expect(await listed('/read/')).toHaveLength(20);
});

test('a kind of read can be named', async () => {
  expect((await measured('get', '--consistency', 'local')).settings).toMatchObject({ consistency: 'local' });
});

test('mixed reads and writes', async () => {
  const { settings, operations } = await measured('mixed', '--reads', '50');
  expect(settings).toMatchObject({ readPercent: 50 });
  expect(operations).toEqual({ get: figures, put: figures });
  expect(operations.put.answered).toBeGreaterThan(0);
  expect(operations.get.answered).toBeGreaterThan(0);
});

test('at a rate no more is begun than is due', async () => {
  const { settings, operations } = await measured('put', '--rate', '20');
  expect(settings).toMatchObject({ ratePerSecond: 20 });
  expect(operations.put.answered).toBeGreaterThan(0);
  expect(operations.put.answered).toBeLessThanOrEqual(20);
});

test('people get a table and how the latencies are spread, and no progress in a pipe', async () => {
  const { exitCode, stdout, stderr } = await bench('put');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(
    /^4 callers, 2 connections, values of 256 bytes, 20 keys, 1 s after a warm-up of 0 s\n\n.*P99\.9/,
  );
  expect(stdout).toMatch(/^put +[\d,]+ +[\d,]+ +0 /m);
  expect(stdout).toMatch(/^ *FROM +TO +PUT$/m);
  expect(stdout).toMatch(/ █+.?$/m);
  // A terminal's line is written over; a pipe gets none of it.
  expect(stdout).not.toContain('\r');
});

test('where every call fails there is no figure', async () => {
  const { exitCode, stdout, stderr } = await bench('put', '--prefix', '\n');
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
  expect(stderr).toBe('quorate: no call was answered: InvalidKey\n');
});

test('it can be interrupted', async () => {
  const args = ['bench', 'mixed', '--keys', '10', '--prefix', '/interrupted/', '--seconds', '3600'];
  const child = startQuorate(args, { env: environment() });
  child.stderr.setEncoding('utf8');
  let complaint = '';
  child.stderr.on('data', (text: string) => {
    complaint += text;
  });
  // It has begun when its keys are there.
  while ((await listed('/interrupted/')).length < 10);
  child.kill('SIGINT');
  const [exitCode] = await once(child, 'close');
  expect([exitCode, complaint]).toEqual([1, 'quorate: interrupted: nothing was measured\n']);
});
