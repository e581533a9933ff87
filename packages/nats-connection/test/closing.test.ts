import { once } from 'node:events';
import { startBroker } from '@quorate/broker';
import { connect } from 'nats';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { dial } from './support/dialled-link.ts';
import { fallSilent, infoLine, scriptedServer, serve } from './support/scripted-server.ts';

afterEach(() => {
  vi.useRealTimers();
});

test('what was published before closing arrives, and nothing after it', async () => {
  const broker = await startBroker({ port: 0 });
  onTestFinished(() => broker.close());
  const peer = await connect({ servers: broker.url });
  onTestFinished(() => peer.close());
  const sizes: number[] = [];
  peer.subscribe('a', { callback: (_, message) => void sizes.push(message.data.length) });
  await peer.flush();
  const { link, next, happened } = dial(broker.url);
  await next();
  const { connection } = link;
  // More than the sockets' buffers take at once.
  const large = new Uint8Array(512 * 1024);
  for (let count = 0; count < 32; count += 1) expect(link.publish('a', large)).toBe(true);
  const closing = link.close();
  expect(link.connection).toBeNull();
  expect(link.publish('a', new Uint8Array(1))).toBe(false);
  await closing;
  expect(connection?.isClosed()).toBe(true);
  await peer.flush();
  expect(sizes).toEqual(new Array(32).fill(large.length));
  expect(happened).toEqual([]);
});

test('a server that answers nothing does not keep closing waiting until it is taken for gone', async () => {
  const server = await scriptedServer(fallSilent);
  const other = dial(server.url);
  await other.next();
  const { link, next } = dial(server.url);
  await next();
  const closed = link.close().then(() => 'closed');
  expect(await Promise.race([closed, other.next()])).toBe('closed');
});

test('a dial that succeeds after closing leaves no connection behind', async () => {
  const server = await scriptedServer(() => {});
  const arrival = server.accepted();
  const { link, happened } = dial(server.url);
  const socket = await arrival;
  await link.close();
  serve(socket);
  await once(socket, 'close');
  expect(link.connection).toBeNull();
  expect(link.epoch).toBe(0);
  expect(happened).toEqual([]);
});

test('a dial that fails after closing is not told, and is the last', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = await scriptedServer(() => {});
  const arrival = server.accepted();
  const { link, happened } = dial(server.url);
  const socket = await arrival;
  await link.close();
  socket.write(`${infoLine()}-ERR 'Authorization Violation'\r\n`);
  await once(socket.resume(), 'close');
  expect(happened).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('closing between two dials ends the dialling', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = await scriptedServer((socket) => socket.destroy());
  const { link, next } = dial(server.url);
  expect(await next()).toBe('no dial');
  expect(vi.getTimerCount()).toBe(1);
  await link.close();
  expect(vi.getTimerCount()).toBe(0);
});
