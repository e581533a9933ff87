import { connect, type NatsConnection } from 'nats';
import { expect, onTestFinished, test } from 'vitest';
import { type NatsServer, startNatsServer } from '../../../test/support/nats-server.ts';

async function startForTest(config?: string): Promise<NatsServer> {
  const server = await startNatsServer(config === undefined ? {} : { config });
  onTestFinished(() => server.stop());
  return server;
}

async function connectTo(server: NatsServer): Promise<NatsConnection> {
  const client = await connect({ servers: server.url, reconnect: false });
  onTestFinished(() => client.close());
  return client;
}

test('takes a configuration and a free port', async () => {
  const server = await startForTest('max_payload: 2000');
  const other = await startForTest();
  expect(other.port).not.toBe(server.port);
  expect((await connectTo(server)).info?.max_payload).toBe(2000);
  expect(server.log()).toContain('Server is ready');
});

test('comes back on the same port after SIGKILL', async () => {
  const server = await startForTest();
  const client = await connectTo(server);
  const { url } = server;
  const pid = server.pid();
  await server.kill('SIGKILL');
  await client.closed();
  await expect(connect({ servers: url, reconnect: false })).rejects.toThrow();
  await server.restart();
  expect(server.url).toBe(url);
  expect(server.pid()).not.toBe(pid);
  await connectTo(server);
});

test('is silent while it is paused, and goes on after', async () => {
  const server = await startForTest();
  const client = await connectTo(server);
  await server.pause();
  let answered = false;
  const flushed = client.flush().then(() => {
    answered = true;
  });
  await expect(connect({ servers: server.url, reconnect: false, timeout: 300 })).rejects.toMatchObject({
    code: 'TIMEOUT',
  });
  expect(answered).toBe(false);
  server.resume();
  await flushed;
});

test('can be killed and stopped while it is paused, and stopped twice', async () => {
  const server = await startForTest();
  await server.pause();
  await server.kill('SIGKILL');
  await server.restart();
  await server.pause();
  await server.stop();
  await server.stop();
  expect(() => process.kill(server.pid(), 0)).toThrow();
});

test('a configuration that is wrong is told in the error', async () => {
  await expect(startNatsServer({ config: 'nonsense {' })).rejects.toThrow('Parse error');
});
