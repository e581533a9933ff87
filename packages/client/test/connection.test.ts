import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connect as connectToNats } from 'nats';
import { expect, it, onTestFinished } from 'vitest';
import { connect, Unavailable } from '../src/index.ts';
import { codeOf, errorOf, TestBus, until } from './support/bus.ts';
import { getReply, putReply } from './support/fake-node.ts';
import { StoreOfNodes } from './support/store-node.ts';

it('says in one line that no NATS is there', async () => {
  const bus = await TestBus.start();
  await bus.stop();
  const error = await errorOf(connect({ servers: bus.url }));
  expect(error).toBeInstanceOf(Unavailable);
  expect(error.message).toBe(`cannot reach NATS at ${bus.url}: connection refused`);
  const named = await errorOf(connect({ servers: bus.url.replace('nats://', 'nats://me:secret@') }));
  expect(named.message).not.toContain('secret');
});

it('does not wait for ever for a server that says nothing, and leaves it no socket', async () => {
  const mute = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    mute.close();
  });
  await new Promise((resolve) => mute.once('listening', resolve));
  const ended: Promise<unknown>[] = [];
  mute.on('connection', (socket) => {
    ended.push(
      once(
        socket.resume().on('error', () => {}),
        'close',
      ),
    );
  });
  const servers = `nats://127.0.0.1:${(mute.address() as AddressInfo).port}`;
  const error = await errorOf(connect({ servers, timeoutMs: 100 }));
  expect(error).toMatchObject({
    code: 'Unavailable',
    message: `cannot reach NATS at ${servers}: no answer within 100 ms`,
  });
  expect(ended).toHaveLength(1);
  await Promise.all(ended);
  const signal = AbortSignal.abort(new Error('enough'));
  expect((await errorOf(connect({ servers, signal }))).message).toBe('enough');
});

it.each([
  { cluster: 'a.b' },
  { cluster: '' },
  { group: '*' },
  { timeoutMs: 0 },
  { timeoutMs: 1.5 },
  { timeoutMs: Number.NaN },
])('refuses %j', async (options) => {
  expect(await codeOf(connect(options))).toBe('InvalidRequest');
});

it('tries every server that it is given', async () => {
  const [gone, bus] = [await TestBus.start(), await TestBus.start()];
  await gone.stop();
  await bus.node('n1', () => getReply('x'));
  const store = await bus.store({ servers: [gone.url, bus.url] });
  expect(await store.get('/a')).not.toBeNull();
});

it('asks a read again, and no write, that was in flight when the connection broke', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => null);
  const store = await bus.store();
  const reading = store.get('/a');
  const writing = errorOf(store.put('/a', 'x'));
  await until(() => node.requests.length === 2);
  await bus.stop();
  const error = await writing;
  expect(error.code).toBe('OutcomeUnknown');
  expect(error.message).toContain('connection to NATS broke');

  await bus.restart();
  const again = await bus.node('n1', () => getReply('y'));
  expect(await reading).not.toBeNull();
  expect(again.log).toEqual(['get anyNode']);
});

it('sends what was asked for while there was no connection once there is one, and nothing whose time was up', async () => {
  const bus = await TestBus.start();
  const store = await bus.store();
  await bus.stop();
  // A read tells when the break has been noticed.
  while ((await errorOf(store.get('/a', { timeoutMs: 20 }))).message !== 'NATS cannot be reached');
  expect(await codeOf(store.put('/late', 'x', { timeoutMs: 50 }))).toBe('Unavailable');
  const writing = store.put('/a', 'x');
  await bus.restart();
  const node = await bus.node('n1', () => putReply(1));
  expect(await writing).toEqual({ revision: 1n });
  await store.put('/b', 'x');
  expect(node.log).toEqual(['put anyNode', 'put anyNode']);
});

it('uses a connection of the caller, and leaves it open', async () => {
  const bus = await TestBus.start();
  const node = await bus.node('n1', () => putReply(1));
  const connection = await connectToNats({ servers: bus.url, reconnectTimeWait: 10, maxReconnectAttempts: -1 });
  onTestFinished(() => connection.close());
  const store = await connect({ connection, sessions: false });
  expect(await store.put('/a', 'x')).toEqual({ revision: 1n });

  node.behave(() => null);
  const writing = codeOf(store.put('/a', 'x'));
  await until(() => node.requests.length === 2);
  await bus.stop();
  expect(await writing).toBe('OutcomeUnknown');
  const later = store.put('/a', 'x');
  await bus.restart();
  await bus.node('n1', () => putReply(3));
  expect(await later).toEqual({ revision: 3n });

  await store.close();
  expect(await codeOf(store.put('/a', 'x'))).toBe('StoreClosed');
  expect(connection.isClosed()).toBe(false);
  const other = await connect({ connection });
  await connection.close();
  expect(await errorOf(other.put('/a', 'x'))).toMatchObject({
    code: 'Unavailable',
    message: 'the NATS connection that was given is closed',
  });
  expect(await codeOf(connect({ connection }))).toBe('Unavailable');
});

it('a write of a session that may have been made is never told as one that was not', async () => {
  const bus = await TestBus.start();
  const nodes = new StoreOfNodes();
  const node = await bus.node('n1', nodes.behaviour('n1'));
  const connection = await connectToNats({ servers: bus.url, reconnectTimeWait: 10, maxReconnectAttempts: -1 });
  onTestFinished(() => connection.close());
  const given = await connect({ connection, timeoutMs: 30_000 });
  const own = await bus.store({ sessions: true, timeoutMs: 30_000 });
  for (const store of [given, own]) await store.put('/a', 'x');

  node.behave(() => null);
  const before = node.requests.length;
  const writes = [given, own].map((store) => codeOf(store.put('/a', 'y')));
  await until(() => node.requests.length === before + 2);
  // One waits for a connection that is closed for good, the other is closed while it waits for one.
  await bus.stop();
  await connection.close();
  await own.close();
  expect(await Promise.all(writes)).toEqual(['OutcomeUnknown', 'OutcomeUnknown']);
});

/** A server that says hello as NATS does, and then what a test has it say. */
async function fakeServer(reply: (line: string) => string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('INFO {"server_id":"x","version":"2.9.10","proto":1,"headers":true,"max_payload":1048576}\r\n');
    socket.on('data', (chunk) => {
      for (const line of String(chunk).split('\r\n')) socket.write(reply(line));
    });
    onTestFinished(() => {
      socket.destroy();
    });
  }).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('says when NATS refuses its credentials', async () => {
  const servers = await fakeServer((line) => (line.startsWith('CONNECT') ? "-ERR 'Authorization Violation'\r\n" : ''));
  const error = await errorOf(connect({ servers, nats: { user: 'me', pass: 'wrong' } }));
  expect(error).toMatchObject({
    code: 'Unavailable',
    message: `cannot reach NATS at ${servers}: it refuses these credentials`,
  });
});

it('says at once when NATS does not let it publish where the request goes', async () => {
  const servers = await fakeServer((line) => {
    if (line.startsWith('PING')) return 'PONG\r\n';
    return line.startsWith('PUB') ? `-ERR 'Permissions Violation for Publish to "${line.split(' ')[1]}"'\r\n` : '';
  });
  const store = await connect({ servers, sessions: false });
  onTestFinished(() => store.close());
  const error = await errorOf(store.put('/a', 'x'));
  expect(error).toMatchObject({
    code: 'NotPermitted',
    message: 'NATS does not allow publishing to quorate.main.api.config.put',
  });
});

it('says at once when NATS does not let it have replies', async () => {
  const servers = await fakeServer((line) => {
    if (line.startsWith('PING')) return 'PONG\r\n';
    return line.startsWith('SUB') ? `-ERR 'Permissions Violation for Subscription to "${line.split(' ')[1]}"'\r\n` : '';
  });
  const store = await connect({ servers, nats: { inboxPrefix: '_INBOX_mine' } });
  onTestFinished(() => store.close());
  const error = await errorOf(store.get('/a'));
  expect(error.code).toBe('NotPermitted');
  expect(error.message).toContain('_INBOX_mine');
});
