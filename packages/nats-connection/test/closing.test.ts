import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'nats';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { buses } from '../../../test/support/buses.ts';
import { dial } from './support/dialled-link.ts';
import { fallSilent, infoLine, scriptedServer, serve } from './support/scripted-server.ts';

afterEach(() => {
  vi.useRealTimers();
});

test.each(buses)('what was published before closing arrives, and nothing after it, on %s', async (_, start) => {
  // A machine that is busy would not write it all before closing waits no longer.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const bus = await start();
  onTestFinished(() => bus.stop());
  const peer = await connect({ servers: bus.url });
  onTestFinished(() => peer.close());
  const sizes: number[] = [];
  peer.subscribe('a', { callback: (_, message) => void sizes.push(message.data.length) });
  await peer.flush();
  const { link, next, happened } = dial(bus.url);
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

test('a flush is waited for until it is answered, or the connection is gone', async () => {
  const answering = dial((await scriptedServer(serve)).url);
  await answering.next();
  await answering.link.flushed();

  const server = await scriptedServer(fallSilent);
  const { link, next } = dial(server.url);
  await next();
  let isFlushed = false;
  const flushed = link.flushed().then(() => {
    isFlushed = true;
  });
  await answering.link.flushed();
  expect(isFlushed).toBe(false);
  server.end();
  await flushed;
  expect(link.connection).toBeNull();
  await link.flushed();
});

const silent = (): void => {};
test.each<[string, (socket: Socket) => void, ConnectionOptions, 'speaks' | 'waits']>([
  ['has not greeted', silent, {}, 'waits'],
  ['has greeted, and not answered the first ping', (socket) => socket.write(infoLine()), {}, 'speaks'],
  ['has asked for TLS', (socket) => socket.write(infoLine({ tls_required: true })), {}, 'speaks'],
  ['is to speak TLS at once', silent, { tls: { handshakeFirst: true } }, 'speaks'],
])('closing ends a dial to a server that %s, untold, and leaves it no socket', async (_, script, nats, client) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const server = await scriptedServer(script);
  const arrival = server.accepted();
  const { link, happened } = dial(server.url, { nats });
  const socket = await arrival;
  if (client === 'speaks') await once(socket, 'data');
  await link.close();
  await once(socket.resume(), 'close');
  expect(happened).toEqual([]);
  await vi.waitFor(() => expect(vi.getTimerCount()).toBe(0));
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
