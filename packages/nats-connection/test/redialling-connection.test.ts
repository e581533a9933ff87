import { connect, headers, type NatsConnection, NatsError } from 'nats';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buses, type StartTestBus, type TestBus } from '../../../test/support/buses.ts';
import { RediallingConnection } from '../src/redialling-connection.ts';
import { dial } from './support/dialled-link.ts';
import { infoLine, scriptedServer, serve } from './support/scripted-server.ts';

/** Starts a bus that ends with the test. */
async function started(start: StartTestBus, port?: number): Promise<TestBus> {
  const bus = await start(port);
  onTestFinished(() => bus.stop());
  return bus;
}

async function listener(
  url: string,
  subject: string,
): Promise<{ readonly texts: string[]; readonly traces: string[]; readonly peer: NatsConnection }> {
  const peer = await connect({ servers: url });
  onTestFinished(() => peer.close());
  const texts: string[] = [];
  const traces: string[] = [];
  peer.subscribe(subject, {
    callback: (_, message) => {
      texts.push(message.string());
      traces.push(message.headers?.get('traceparent') ?? '');
    },
  });
  await peer.flush();
  return { texts, traces, peer };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe.each(buses)('on %s', (_, start) => {
  test('it dials again after a break, as a new epoch, and sends nothing that was published without a connection', async () => {
    const first = await started(start);
    const { link, next } = dial(first.url);
    expect(await next()).toBe('connected 1');
    await first.stop();
    expect(await next()).toBe('lost 1');
    expect(link.connection).toBeNull();
    expect(link.publish('a', bytes('during'))).toBe(false);
    const second = await started(start, first.port);
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
    const reserved = await started(start);
    await reserved.stop();
    const { next, reasons } = dial(reserved.url);
    expect(await next()).toBe('no dial');
    expect(await next()).toBe('no dial');
    expect(reasons[0]).toBe('CONNECTION_REFUSED');
    await started(start, reserved.port);
    let event = await next();
    while (event === 'no dial') event = await next();
    expect(event).toBe('connected 1');
  });

  test('a message goes with its headers', async () => {
    const { url } = await started(start);
    const { texts, traces, peer } = await listener(url, 'a');
    const { link, next } = dial(url);
    await next();
    const carried = headers();
    carried.set('traceparent', '00-a-b-01');
    expect(link.publish('a', bytes('traced'), { headers: carried })).toBe(true);
    expect(link.publish('a', bytes('untraced'))).toBe(true);
    await link.connection?.flush();
    await peer.flush();
    expect(texts).toEqual(['traced', 'untraced']);
    expect(traces).toEqual(['00-a-b-01', '']);
  });

  test('a message over the limit of the server is not sent, and ends nothing', async () => {
    const { url } = await started(start);
    const { link, next } = dial(url);
    await next();
    expect(link.publish('a', new Uint8Array(2 * 1024 * 1024))).toBe(false);
    expect(link.publish('a', bytes('small'))).toBe(true);
    await link.connection?.flush();
  });

  test.each(['when it connects', 'later'])(
    'servers that a server tells of %s are dialled when it is gone',
    async (when) => {
      const other = await started(start);
      const known = { connect_urls: [`127.0.0.1:${other.port}`] };
      const gossip = await scriptedServer((socket) => serve(socket, when === 'later' ? {} : known));
      const { link, next } = dial(gossip.url);
      expect(await next()).toBe('connected 1');
      if (when === 'later') {
        for (const socket of gossip.sockets) socket.write(infoLine(known));
        await link.connection?.flush();
      }
      gossip.end();
      let event = await next();
      while (event !== 'connected 2') event = await next();
      expect(link.connection?.getServer()).toContain(`:${other.port}`);
    },
  );
});

test('without servers it is the one of this machine, at the port of NATS', async () => {
  const server = await new Promise<string>((resolve) => {
    const link = new RediallingConnection(
      { nats: {} },
      {
        connected: (connection) => resolve(connection.getServer()),
        disconnected: (error) => resolve(error instanceof NatsError ? String(error.chainedError) : String(error)),
      },
    );
    onTestFinished(() => link.close());
    link.start();
  });
  // Whether one runs there or not.
  expect(server).toContain('127.0.0.1:4222');
});

test('the reconnecting of nats.js stays off, also when the options ask for it', async () => {
  const server = await scriptedServer(serve);
  const { next } = dial(server.url, { nats: { reconnect: true, waitOnFirstConnect: true, maxReconnectAttempts: -1 } });
  expect(await next()).toBe('connected 1');
  server.end();
  expect(await next()).toBe('lost 1');
  expect(await next()).toBe('no dial');
});

test('what the server said before it ended the connection is told', async () => {
  const server = await scriptedServer(serve);
  const { next, reasons } = dial(server.url);
  expect(await next()).toBe('connected 1');
  for (const socket of server.sockets) socket.end("-ERR 'User Authentication Expired'\r\n");
  expect(await next()).toBe('lost 1');
  expect(reasons).toEqual(["'User Authentication Expired'"]);
});
