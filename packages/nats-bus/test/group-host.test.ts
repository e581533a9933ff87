import { once } from 'node:events';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { silentPorts, term } from '@quorate/raft';
import type { ActorMessage } from '@quorate/wire';
import { expect, onTestFinished, test, vi } from 'vitest';
import { at, type Hosted, hosted, identity, kind, loopTurn, until } from './support/hosted-group.ts';

const writes = ({ storage }: Hosted): void => storage.setHardState({ currentTerm: term(1), votedFor: null });

test('a turn handles all that waits, what comes of it too, and then begins one flush for all that it wrote', async () => {
  const node = hosted();
  node.start('logStore', (_, context) => {
    expect(node.storage.flushedUpTo).toEqual([]);
    writes(node);
    context.send(at('applier'), kind('done'));
  });
  node.start('applier', () => expect(node.storage.flushedUpTo).toEqual([]));
  await node.tell('logStore', 'first', 'second');
  expect(node.got).toEqual(['logStore: first', 'logStore: second', 'applier: done', 'applier: done']);
  expect(node.storage.flushedUpTo).toEqual([2]);
  expect(node.failures).toEqual([]);
});

test('a turn that wrote nothing flushes nothing', async () => {
  const node = hosted();
  node.start('logStore');
  await node.tell('logStore', 'ask');
  expect(node.got).toEqual(['logStore: ask']);
  expect(node.storage.flushedUpTo).toEqual([]);
});

test('the flush begins with the end of the turn, before anything else has its turn', async () => {
  const node = hosted();
  node.start('logStore', () => writes(node));
  node.host.tell(at('logStore'), kind('write'));
  const begunThen = await new Promise((resolve) => queueMicrotask(() => resolve(node.storage.flushedUpTo.length)));
  expect(begunThen).toBe(1);
});

test('turns go on during a flush, and what they write is the next one', async () => {
  const node = hosted();
  const flushed: unknown[] = [];
  node.start('logStore', (message, _, from) => {
    if (message.kind === 'write') return writes(node);
    flushed.push({ message, from });
  });
  await node.tell('logStore', 'write');
  await node.tell('logStore', 'write', 'write');
  await node.tell('logStore', 'write');
  expect(node.got).toHaveLength(4);
  expect(node.storage.flushedUpTo).toEqual([1]);
  node.storage.completeFlush();
  await loopTurn();
  expect(flushed).toEqual([{ message: { kind: 'flushed', written: 1 }, from: identity }]);
  expect(node.storage.flushedUpTo).toEqual([1, 4]);
  node.storage.completeFlush();
  await loopTurn();
  expect(node.got.slice(4)).toEqual(['logStore: flushed', 'logStore: flushed']);
  expect(node.storage.flushedUpTo).toEqual([1, 4]);
});

test('a flush that fails is told to the host’s owner, and to the log store never', async () => {
  const node = hosted();
  node.start('logStore', () => writes(node));
  await node.tell('logStore', 'write');
  node.storage.failFlush(new Error('no space left'));
  await loopTurn();
  expect(node.failures).toEqual([['flush', 'Error: no space left']]);
  expect(node.got).toEqual(['logStore: write']);
});

test('stopping waits for the flush under way, and nothing is handled or flushed any more', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const node = hosted();
  const stopping: string[] = [];
  node.start('logStore', (message, context) => {
    if (message.kind !== 'write') return;
    writes(node);
    context.startTimer('t', 10, kind('fired'));
  });
  await node.tell('logStore', 'write');
  await node.tell('logStore', 'write');
  node.host.tell(at('logStore'), kind('queued'));
  const stopped = node.host.stop().then(() => stopping.push('stopped'));
  await node.tell('logStore', 'late');
  expect(vi.getTimerCount()).toBe(0);
  expect(stopping).toEqual([]);
  node.storage.completeFlush();
  await stopped;
  await loopTurn();
  expect(node.got).toEqual(['logStore: write', 'logStore: write']);
  expect(node.host.system.has('logStore')).toBe(false);
  expect(node.storage.flushedUpTo).toEqual([1]);
});

test('what a turn wrote before it stopped the host is not flushed any more', async () => {
  const node = hosted();
  node.start('logStore', () => {
    writes(node);
    void node.host.stop();
  });
  await node.tell('logStore', 'write');
  expect(node.got).toEqual(['logStore: write']);
  expect(node.storage.flushedUpTo).toEqual([]);
});

test('a host that was stopped handles nothing, neither what waited nor what comes', async () => {
  const node = hosted();
  node.start('logStore');
  node.host.tell(at('logStore'), kind('waiting'));
  const stopped = node.host.stop();
  node.start('logStore');
  await stopped;
  await node.tell('logStore', 'late');
  expect(node.got).toEqual([]);
});

test('what is no message goes nowhere', async () => {
  const node = hosted();
  node.start('election', (_, context) => {
    for (const none of ['text', null, {}, { kind: 7 }]) context.send(at<unknown>('logStore'), none);
    context.send(at<unknown>('logStore', 'n2'), 'text');
    context.send(at('logStore'), kind('message'));
  });
  node.start('logStore');
  await node.tell('election', 'begin');
  expect(node.got).toEqual(['election: begin', 'logStore: message']);
  expect(node.failures).toEqual([]);
});

test('an actor that throws is the owner’s to hear of, and the turn goes on', async () => {
  const node = hosted();
  node.start('applier', () => {
    throw new Error('planted');
  });
  node.start('logStore');
  node.host.tell(at('applier'), kind('fail'));
  await node.tell('logStore', 'next');
  expect(node.failures).toEqual([['applier', 'Error: planted', false]]);
  expect(node.got).toEqual(['applier: fail', 'logStore: next']);
});

test('actors have the clock and the chance that the host was given', () => {
  const node = hosted();
  let seen: unknown;
  node.host.system.start<ActorMessage>('logStore', (context) => {
    seen = { now: context.now(), chance: context.random() };
    return { receive: () => {} };
  });
  expect(seen).toEqual({ now: 7, chance: 0.25 });
});

test('actors that have always something to say let sockets and timers have their turn', async () => {
  const node = hosted();
  const many = 100_000;
  let said = 0;
  node.start('logStore', (message, context) => {
    said += 1;
    if (said < many) context.send(context.self, message);
  });
  node.host.tell(at('logStore'), kind('again'));
  await loopTurn();
  expect(said).toBeGreaterThan(0);
  expect(said).toBeLessThan(many);
  await until(() => said === many);
  await node.tell('logStore', 'afterwards');
  expect(node.got.at(-1)).toBe('logStore: afterwards');
});

test('what waits on the sockets is read before a timer that is due', async () => {
  const node = hosted();
  node.start('election', ({ kind: name }, context) => {
    if (name === 'begin') context.startTimer('t', 2, kind('fired'));
  });
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const accepted = once(server, 'connection');
  const own = connectSocket(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  onTestFinished(() => void own.destroy());
  own.on('data', () => node.host.tell(at('election'), kind('heard')));
  const [other]: Socket[] = await accepted;
  onTestFinished(() => void other?.destroy());
  await node.tell('election', 'begin');
  other?.write('a heartbeat');
  const pausedUntilMs = performance.now() + 20;
  while (performance.now() < pausedUntilMs);
  await until(() => node.got.length === 3);
  expect(node.got.slice(1)).toEqual(['election: heard', 'election: fired']);
});

test('a timer fires after its delay, and one that is stopped leaves nothing behind', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const node = hosted();
  node.start('election', ({ kind: name }, context) => {
    if (name === 'end') context.stopTimer('never');
    if (name !== 'begin') return;
    context.startTimer('late', 300, kind('late'));
    context.startTimer('never', 200, kind('never'));
    context.startTimer('soon', 100, kind('soon'));
  });
  await node.tell('election', 'begin', 'end');
  expect(vi.getTimerCount()).toBe(2);
  vi.advanceTimersByTime(99);
  await loopTurn();
  expect(node.got).toHaveLength(2);
  vi.advanceTimersByTime(1);
  await loopTurn();
  expect(node.got).toHaveLength(3);
  vi.advanceTimersByTime(200);
  await loopTurn();
  expect(node.got.slice(2)).toEqual(['election: soon', 'election: late']);
});

test('who watches sees each message as it comes to its mailbox, within the node too, until it looks away', async () => {
  const node = hosted();
  const seen: string[] = [];
  node.start('logStore', (_, context) => context.send(at('applier'), kind('done')));
  node.start('applier');
  await node.tell('logStore', 'unseen');
  node.host.watch((actor, message, sender) => seen.push(`${sender.node} ${actor}: ${message.kind}`));
  await node.tell('logStore', 'seen');
  node.host.watch(null);
  await node.tell('logStore', 'unseen');
  expect(seen).toEqual(['n1 logStore: seen', 'n1 applier: done']);
});

test('when a flush begins and ends is told, with what it covers', async () => {
  const told: unknown[][] = [];
  const node = hosted('memory', undefined, {
    ...silentPorts.stages,
    flushBegan: (...began) => told.push(['began', ...began]),
    flushEnded: (...ended) => told.push(['ended', ...ended]),
  });
  node.start('logStore', ({ kind: name }) => {
    if (name === 'write') writes(node);
  });
  await node.tell('logStore', 'write', 'write');
  expect(told).toEqual([['began', 2, 7]]);
  node.storage.completeFlush();
  await loopTurn();
  expect(told).toEqual([
    ['began', 2, 7],
    ['ended', 2, 7],
  ]);
});
