import { once } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type DialledLink, dial } from './support/dialled-link.ts';
import { fallSilent, type ScriptedServer, scriptedServer, serve } from './support/scripted-server.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});

afterEach(() => {
  vi.useRealTimers();
});

/** How long each redial was waited for, until so many have failed. */
async function delaysMs({ next }: DialledLink, count: number): Promise<readonly number[]> {
  const delays: number[] = [];
  while (delays.length < count) {
    expect(await next()).toBe('no dial');
    const failedAtMs = Date.now();
    vi.advanceTimersToNextTimer();
    delays.push(Date.now() - failedAtMs);
  }
  return delays;
}

const unused = async (): Promise<ScriptedServer> => {
  const server = await scriptedServer(() => {});
  server.end();
  return server;
};

test('each failed dial doubles the wait for the next, up to a second', async () => {
  const { url } = await unused();
  const link = dial(url, { random: () => 0.5 });
  expect(await delaysMs(link, 7)).toEqual([40, 80, 160, 320, 640, 1000, 1000]);
});

test('whoever wants to be back together with others waits less', async () => {
  const { url } = await unused();
  const link = dial(url, { random: () => 0.5, longestRedialMs: 100 });
  expect(await delaysMs(link, 4)).toEqual([40, 80, 100, 100]);
});

test.each([
  [0, [20, 40]],
  [0.75, [50, 100]],
])('chance spreads the redials of many clients: %d', async (chance, delays) => {
  const { url } = await unused();
  const link = dial(url, { random: () => chance });
  expect(await delaysMs(link, 2)).toEqual(delays);
});

test('a connection that stood is dialled again soon, however many dials had failed before it', async () => {
  const { url, port } = await unused();
  const link = dial(url, { random: () => 0.5 });
  await delaysMs(link, 4);
  expect(await link.next()).toBe('no dial');
  const server = await scriptedServer(serve, port);
  vi.advanceTimersToNextTimer();
  expect(await link.next()).toBe('connected 1');
  for (const socket of server.sockets) socket.destroy();
  expect(await link.next()).toBe('lost 1');
  const lostAtMs = Date.now();
  vi.advanceTimersToNextTimer();
  expect(await link.next()).toBe('connected 2');
  expect(Date.now() - lostAtMs).toBe(20);
});

test.each([
  [2_000, {}],
  [500, { timeout: 500 }],
])(
  'a server that takes the connection and does not greet is given up after %d ms, and its socket with it',
  async (givenUpAfterMs, nats) => {
    const server = await scriptedServer(() => {});
    const arrival = server.accepted();
    const { next, happened } = dial(server.url, { nats });
    const socket = await arrival;
    await vi.advanceTimersByTimeAsync(givenUpAfterMs - 1);
    expect(happened).toEqual([]);
    vi.advanceTimersByTime(1);
    await once(socket.resume(), 'close');
    expect(await next()).toBe('no dial');
  },
);

test.each([
  ['answers no ping', 0, 3_000],
  ['reads nothing any more', 64, 3_500],
])(
  'a server that %s is taken for gone, whatever the options say of pings, and dialled again',
  async (_, megabytes, goneAfterMs) => {
    const server = await scriptedServer(fallSilent);
    const { link, next } = dial(server.url, { nats: { pingInterval: 3_600_000, maxPingOut: 99 } });
    expect(await next()).toBe('connected 1');
    if (megabytes > 0) for (const socket of server.sockets) socket.pause();
    for (let count = 0; count < megabytes; count += 1) link.publish('a', new Uint8Array(1024 * 1024));
    await vi.advanceTimersByTimeAsync(goneAfterMs);
    expect(await next()).toBe('lost 1');
    vi.advanceTimersToNextTimer();
    expect(await next()).toBe('connected 2');
  },
);
