import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type Broker, BrokerError, type BrokerOptions, startBroker } from '../src/index.ts';

async function startForTest(options?: BrokerOptions): Promise<Broker> {
  const broker = await startBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

async function connectTo(broker: Broker, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect(broker.port, host);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

test('listens on a free port of loopback and says where', async () => {
  const one = await startForTest();
  const two = await startForTest({ host: 'localhost' });
  expect(one.port).toBeGreaterThan(0);
  expect(two.port).not.toBe(one.port);
  expect(one.url).toBe(`nats://127.0.0.1:${one.port}`);
  expect(two.url).toBe(`nats://127.0.0.1:${two.port}`);
  await connectTo(two);
});

test('a port in use is a typed error', async () => {
  const broker = await startForTest();
  const error = await startBroker({ port: broker.port }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(BrokerError);
  expect(error).toMatchObject({ code: 'PortInUse' });
  expect(String(error)).toContain(String(broker.port));
});

test('another host than loopback is a typed error', async () => {
  // @ts-expect-error: the compiler refuses it, but not every caller has a compiler.
  await expect(startBroker({ host: '0.0.0.0' })).rejects.toMatchObject({ name: 'BrokerError', code: 'NotLoopback' });
});

test('a port that cannot be is a typed error', async () => {
  await expect(startBroker({ port: 70_000 })).rejects.toMatchObject({ name: 'BrokerError', code: 'CannotListen' });
});

test('close ends the connections and frees the port', async () => {
  const broker = await startBroker();
  const socket = await connectTo(broker);
  socket.resume();
  const closed = once(socket, 'close');
  await Promise.all([broker.close(), broker.close()]);
  await closed;
  await broker.close();

  const next = createServer().listen(broker.port, '127.0.0.1');
  await once(next, 'listening');
  next.close();
});

test('a publisher that is faster than a subscriber waits for it, and no message is lost', async () => {
  const broker = await startForTest({ maxPendingBytes: 4 * 1024 * 1024 });
  const subscriber = await connectTo(broker);
  subscriber.write('CONNECT {"verbose":false}\r\nSUB flood 1\r\n');
  const payload = 'x'.repeat(100_000);
  // More than the sockets' buffers and the broker may hold together.
  const messages = 400;
  const wanted = messages * Buffer.byteLength(`MSG flood 1 100000\r\n${payload}\r\n`);
  let received = 0;
  const finished = new Promise<void>((resolve, reject) => {
    subscriber.on('data', (bytes) => {
      received += bytes.length;
      if (received >= wanted) resolve();
      // A slow reader: it takes a breath after each piece.
      subscriber.pause();
      setTimeout(() => subscriber.resume(), 1);
    });
    subscriber.once('close', () => reject(new Error(`cut off after ${received} bytes`)));
  });
  const publisher = await connectTo(broker);
  publisher.resume();
  publisher.write(`CONNECT {"verbose":false}\r\n${`PUB flood 100000\r\n${payload}\r\n`.repeat(messages)}`);
  await finished;
});
