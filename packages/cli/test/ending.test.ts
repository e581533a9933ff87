import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { startBroker } from '@quorate/broker';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { cleanEnvironment, launcher, quorate, startQuorate } from './command.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'quorate-ending-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const greeting = `INFO ${JSON.stringify({ server_id: 'x', version: '2.9.10', max_payload: 1048576, headers: true, proto: 1 })}\r\n`;

/** A server on loopback that does with each connection what it is told. Gives its port. */
async function server(
  script: (socket: Socket) => void,
): Promise<{ readonly port: number; accepted(): Promise<unknown> }> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    script(socket);
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    listening.close();
  });
  return { port: (listening.address() as AddressInfo).port, accepted: () => once(listening, 'connection') };
}

test('a server that takes the connection and says nothing does not keep a command', async () => {
  const { port } = await server(() => {});
  const { exitCode, stdout, stderr } = await quorate(['get', '/a', '--nats', `nats://127.0.0.1:${port}`]);
  expect(stderr).toMatch(
    /^quorate: cannot reach NATS at nats:\/\/127\.0\.0\.1:\d+: no answer in time \(Unavailable\)\n$/,
  );
  expect(stdout).toBe('');
  expect(exitCode).toBe(1);
});

test('nor does it keep a node that is told to end', async () => {
  const { port, accepted } = await server(() => {});
  const dialled = accepted();
  const data = join(folder, 'silent');
  const child = startQuorate(['node', '--id', 'n1', '--data', data, '--nats', `nats://127.0.0.1:${port}`]);
  await dialled;
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

test('a server that goes away while a command ends takes no line and no exit code from it', async () => {
  const { port } = await server((socket) => {
    let pings = 0;
    socket.on('data', (data) => {
      pings += String(data).split('PING').length - 1;
      // The first ends the dial, and the second comes before the connection is closed.
      if (pings === 1) socket.write('PONG\r\n');
      else if (pings > 1) socket.destroy();
    });
    socket.write(greeting);
  });
  const command = ['get', '/a', '--timeout', '200', '--nats', `nats://127.0.0.1:${port}`];
  const { exitCode, stderr } = await quorate(command);
  expect(stderr).toMatch(/^quorate: [^\n]+\((Timeout|Unavailable)\)\n$/);
  expect(exitCode).toBe(1);
});

test('a collector of traces that does not answer does not keep a node that is told to end', async () => {
  const collector = await server(() => {});
  const broker = await startBroker({ port: 0 });
  onTestFinished(() => broker.close());
  const nats = ['--nats', broker.url];
  const child = startQuorate(['node', '--id', 'n1', '--data', join(folder, 'traced'), ...nats], {
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collector.port}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '3600000',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
  });
  const exporting = collector.accepted();
  for await (const line of createInterface({ input: child.stdout })) if (line.includes('connected to NATS')) break;
  expect(await quorate(['form', '--voters', 'n1', ...nats])).toMatchObject({ exitCode: 0 });
  expect(await quorate(['put', '/a', 'b', ...nats])).toMatchObject({ exitCode: 0 });
  await exporting;
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
});

/** Runs `quorate` with standard output in a file that takes only so many blocks of a half, or a whole, KiB. */
async function intoSmallFile(
  blocks: number,
  args: readonly string[],
): Promise<Record<'stderr' | 'written', string> & { exitCode: unknown }> {
  const file = join(folder, 'output');
  const script = `ulimit -f ${blocks}; exec "$0" "$@" > '${file}'`;
  const child = spawn('sh', ['-c', script, process.execPath, launcher, ...args], { env: cleanEnvironment() });
  const [stderr, [exitCode]] = await Promise.all([text(child.stderr), once(child, 'close')]);
  return { exitCode, stderr, written: await readFile(file, 'utf8') };
}

test.each([
  ['not at all', 0, ['permissions']],
  ['half of it', 1, ['permissions']],
  ['half of it', 1, ['--help']],
])('output that can be written %s is told of, and fails', async (_, blocks, args) => {
  const whole = (await quorate(args)).stdout;
  const { exitCode, stderr, written } = await intoSmallFile(blocks, args);
  expect(written.length).toBeLessThan(whole.length);
  expect(whole.startsWith(written)).toBe(true);
  expect(stderr).toBe('quorate: the output cannot be written: EFBIG\n');
  expect(exitCode).toBe(1);
});
