import { createServer, type Server, type Socket } from 'node:net';
import { type Broker, startBroker } from '@quorate/broker';
import { connect, type NatsConnection } from 'nats';
import { afterEach, expect, test } from 'vitest';
import { RediallingConnection } from '../src/redialling-connection.ts';

const cleanups: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function broker(port = 0): Promise<Broker> {
  const started = await startBroker({ port });
  cleanups.push(() => started.close());
  return started;
}

/** A connection whose life can be awaited: each call of `next` gives the next thing that happened. */
function dial(url: string): { readonly link: RediallingConnection; next(): Promise<string> } {
  const happened: string[] = [];
  let wake: () => void = () => {};
  const tell = (what: string): void => {
    happened.push(what);
    wake();
  };
  const link = new RediallingConnection(
    { nats: { servers: url } },
    {
      connected: (_, epoch) => tell(`connected ${epoch}`),
      disconnected: (_, epoch) => tell(epoch === null ? 'no dial' : `lost ${epoch}`),
    },
  );
  cleanups.push(() => link.close());
  link.start();
  const next = async (): Promise<string> => {
    while (happened.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return happened.shift() ?? '';
  };
  return { link, next };
}

async function listener(
  url: string,
  subject: string,
): Promise<{ readonly texts: string[]; readonly peer: NatsConnection }> {
  const peer = await connect({ servers: url });
  cleanups.push(() => peer.close());
  const texts: string[] = [];
  peer.subscribe(subject, { callback: (_, message) => void texts.push(message.string()) });
  await peer.flush();
  return { texts, peer };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('it dials again after a break, as a new epoch, and sends nothing that was published without a connection', async () => {
  const first = await broker();
  const { link, next } = dial(first.url);
  expect(await next()).toBe('connected 1');
  await first.close();
  expect(await next()).toBe('lost 1');
  expect(link.connection).toBeNull();
  expect(link.publish('a', bytes('during'))).toBe(false);
  const second = await broker(first.port);
  const { texts, peer } = await listener(second.url, 'a');
  let event = await next();
  while (event === 'no dial') event = await next();
  expect(event).toBe('connected 2');
  expect(link.publish('a', bytes('after'))).toBe(true);
  await link.connection?.flush();
  await peer.flush();
  expect(texts).toEqual(['after']);
});

test('it keeps trying where nothing listens yet', async () => {
  const reserved = await broker();
  await reserved.close();
  const { next } = dial(reserved.url);
  expect(await next()).toBe('no dial');
  expect(await next()).toBe('no dial');
  await broker(reserved.port);
  let event = await next();
  while (event === 'no dial') event = await next();
  expect(event).toBe('connected 1');
});

test('a message over the limit of the server is not sent, and ends nothing', async () => {
  const { url } = await broker();
  const { link, next } = dial(url);
  await next();
  expect(link.publish('a', new Uint8Array(2 * 1024 * 1024))).toBe(false);
  expect(link.publish('a', bytes('small'))).toBe(true);
  await link.connection?.flush();
});

/** A server that greets, answers pings, and knows another server. */
async function gossipingServer(
  info: object,
): Promise<{ readonly server: Server; readonly sockets: Set<Socket>; readonly url: string }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.write(
      `INFO ${JSON.stringify({ server_id: 'x', version: '2.9.10', max_payload: 1048576, headers: true, proto: 1, ...info })}\r\n`,
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  return { server, sockets, url: `nats://127.0.0.1:${port}` };
}

test.each(['when it connects', 'later'])(
  'servers that a server tells of %s are dialled when it is gone',
  async (when) => {
    const other = await broker();
    const known = { connect_urls: [`127.0.0.1:${other.port}`] };
    const gossip = await gossipingServer(when === 'later' ? {} : known);
    const { link, next } = dial(gossip.url);
    expect(await next()).toBe('connected 1');
    if (when === 'later') {
      const update = { server_id: 'x', version: '2.9.10', max_payload: 1048576, headers: true, proto: 1, ...known };
      for (const socket of gossip.sockets) socket.write(`INFO ${JSON.stringify(update)}\r\n`);
      await link.connection?.flush();
    }
    gossip.server.close();
    for (const socket of gossip.sockets) socket.destroy();
    let event = await next();
    while (event !== 'connected 2') event = await next();
    expect(link.connection?.getServer()).toContain(`:${other.port}`);
  },
);

test('closing during a dial leaves no connection behind', async () => {
  const { url } = await broker();
  const { link } = dial(url);
  await link.close();
  expect(link.connection).toBeNull();
  expect(link.publish('a', bytes('late'))).toBe(false);
});
