import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TcpRelay } from '../src/index.ts';

let relay: TcpRelay;
let serverPort: number;
let endServer: () => Promise<void>;
const arrived: string[] = [];
const clients: Socket[] = [];

/** A server that answers each text with the same text, and a relay before it. */
beforeEach(async () => {
  arrived.length = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      arrived.push(chunk.toString());
      socket.write(chunk);
    });
    socket.on('end', () => socket.end('bye'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  serverPort = (server.address() as AddressInfo).port;
  relay = await TcpRelay.start({ host: '127.0.0.1', port: serverPort });
  endServer = async () => {
    server.close();
    await once(server, 'close');
  };
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await relay.close();
  await endServer();
});

async function connectTo(port: number): Promise<Socket> {
  const client = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
  clients.push(client);
  await once(client, 'connect');
  return client;
}

const nextText = async (client: Socket): Promise<string> => {
  const [chunk] = await once(client, 'data');
  return String(chunk);
};

test('brings bytes there and back, and the end of either side', async () => {
  const client = await connectTo(relay.port);
  client.write('one');
  expect(await nextText(client)).toBe('one');
  client.end('two');
  let rest = '';
  client.on('data', (chunk) => {
    rest += chunk.toString();
  });
  await once(client, 'end');
  expect(rest).toBe('twobye');
});

test('while it is cut nothing gets through and nothing is closed; then what was held up does', async () => {
  const client = await connectTo(relay.port);
  client.write('before');
  await nextText(client);
  relay.cut();
  client.write('held up');
  const late = await connectTo(relay.port);
  late.write('late');
  // What goes past the relay comes back meanwhile: there was time for what must not arrive.
  const past = await connectTo(serverPort);
  for (const round of ['1', '2', '3']) {
    past.write(round);
    await nextText(past);
  }
  expect(arrived).toEqual(['before', '1', '2', '3']);
  expect([client.closed, late.closed]).toEqual([false, false]);
  relay.mend();
  expect(await Promise.all([nextText(client), nextText(late)])).toEqual(['held up', 'late']);
});

test('a connection to nowhere is closed', async () => {
  const nowhere = await TcpRelay.start({ host: '127.0.0.1', port: 1 });
  const client = connect({ host: '127.0.0.1', port: nowhere.port });
  client.on('error', () => {});
  await once(client, 'close');
  await nowhere.close();
});

test('more than the buffers hold arrives whole', async () => {
  const client = await connectTo(relay.port);
  const sent = Buffer.alloc(8 * 1024 * 1024, 'x');
  let got = 0;
  const all = new Promise<void>((resolve) => {
    client.on('data', (chunk) => {
      got += chunk.length;
      if (got === sent.length) resolve();
    });
  });
  client.write(sent);
  await all;
});

test('when it is torn down both sides see their connections end, until it is mended', async () => {
  const client = await connectTo(relay.port);
  client.write('before');
  await nextText(client);
  const ended = once(client, 'end');
  relay.tearDown();
  await ended;
  const refused = await connectTo(relay.port);
  refused.resume();
  await once(refused, 'end');
  relay.mend();
  const again = await connectTo(relay.port);
  again.write('after');
  expect(await nextText(again)).toBe('after');
  expect(arrived).toEqual(['before', 'after']);
});
