import { once } from 'node:events';
import { createServer } from 'node:net';
import { clusterName, groupId, nodeId, type Sender } from '@quorate/actor';
import { type Broker, startBroker } from '@quorate/broker';
import { RediallingConnection } from '@quorate/nats-connection';
import { type LogFields, type Logger, logIndex, type RpcTracer, silentPorts, term } from '@quorate/raft';
import { type ActorMessage, decodePeerMessage, encodePeerMessage } from '@quorate/wire';
import { connect, headers, type NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropCounter } from '../src/drop-counter.ts';
import { PeerBus, type PeerBusOptions } from '../src/peer-bus.ts';

const cluster = clusterName('main');
const group = groupId('config');
const header = { clusterId: 'c1', storageId: 's2', incarnation: 1 };
const vote = { kind: 'requestVote', term: 1, sequence: 1, lastLogIndex: 0, lastLogTerm: 0, isTransfer: false };
const subject = 'quorate.main.peer.n2.n1.config.logStore';
const inbox = 'quorate.main.peer.*.n1.>';
const identity: Sender = { node: nodeId('n1'), storageId: 's1', incarnation: 1 };
const peerStore = { node: nodeId('n2'), group, actor: 'logStore' };

let broker: Broker;
let peer: NatsConnection;
let connection: RediallingConnection;
let options: PeerBusOptions;
let bus: PeerBus;
let drops: DropCounter;
let nowMs = 0;
const delivered: { actor: string; message: ActorMessage; sender: Sender }[] = [];
const logged: { message: string; fields: LogFields }[] = [];
const errors: string[] = [];
const removed = new Set<string>();

beforeEach(async () => {
  delivered.length = 0;
  logged.length = 0;
  errors.length = 0;
  removed.clear();
  broker = await startBroker({ port: 0 });
  peer = await connect({ servers: broker.url });
  const logger: Logger = {
    ...silentPorts.logger,
    warn: (message, fields = {}) => void logged.push({ message, fields }),
    error: (message) => void errors.push(message),
  };
  drops = new DropCounter(logger, () => nowMs);
  await new Promise<void>((resolve) => {
    connection = new RediallingConnection(
      { nats: { servers: broker.url } },
      {
        connected: (fresh, epoch) => {
          bus.listen(fresh, epoch);
          void fresh.flush().then(resolve);
        },
        disconnected: () => {},
      },
    );
    const isRemoved = (node: string): boolean => removed.has(node);
    options = { cluster, clusterId: 'c1', identity, connection, logger, drops, tracer: null, isRemoved };
    bus = new PeerBus(options);
    bus.attach(group, (actor, message, sender) => void delivered.push({ actor, message, sender }));
    connection.start();
  });
});

afterEach(async () => {
  await connection.close();
  await peer.close();
  await broker.close();
});

/** Publishes, and waits until all of it has come through the bus: its own last message marks the end. */
async function publish(...messages: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  for (const [to, payload] of messages) peer.publish(to, payload);
  const before = delivered.length;
  peer.publish('quorate.main.peer.n3.n1.config.logStore', encodePeerMessage({ ...header, storageId: 's3' }, vote));
  while (!delivered.slice(before).some(({ message }) => message.kind === 'requestVote')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a message reaches the actor that its subject names, from the sender that subject and header name', async () => {
  const message = { kind: 'requestPreVote', term: 1, sequence: 1, lastLogIndex: 0, lastLogTerm: 0 };
  await publish([subject, encodePeerMessage(header, message)]);
  const sender = { node: 'n2', storageId: 's2', incarnation: 1 };
  expect(delivered[0]).toEqual({ actor: 'logStore', message, sender });
  expect(drops.counts).toEqual({});
});

test('a message leaves under the subject of both nodes, signed by the own', async () => {
  const heard: [string, Uint8Array][] = [];
  peer.subscribe('quorate.>', { callback: (_, { subject: to, data }) => void heard.push([to, data]) });
  await peer.flush();
  bus.send(peerStore, vote);
  await connection.connection?.flush();
  await peer.flush();
  const [[to, data] = ['', new Uint8Array()], ...others] = heard;
  expect(to).toBe('quorate.main.peer.n1.n2.config.logStore');
  const receiver = { ...identity, node: nodeId('n2') };
  const decoded = decodePeerMessage(data, {
    clusterId: 'c1',
    identity: receiver,
    from: nodeId('n1'),
    actor: 'logStore',
  });
  expect(decoded).toEqual({ kind: 'message', message: vote, sender: identity });
  expect(others).toEqual([]);
});

test('the subject names the actor that a message is for', async () => {
  const heard: string[] = [];
  peer.subscribe('quorate.>', { callback: (_, message) => void heard.push(message.subject) });
  await peer.flush();
  for (const actor of ['election', 'replicator/n1', 'gateway']) bus.send({ ...peerStore, actor }, vote);
  await connection.connection?.flush();
  await peer.flush();
  const names = ['election', 'replicator.n1', 'gateway'];
  expect(heard).toEqual(names.map((name) => `quorate.main.peer.n1.n2.config.${name}`));
});

test('a connection that is not the newest is not heard any more', async () => {
  bus.listen(peer, connection.epoch - 1);
  await publish();
  await peer.flush();
  expect(delivered).toHaveLength(1);
});

test('a subscription that NATS refuses is told', async () => {
  const refusing = createServer((socket) => {
    socket.on('data', (data) => {
      const text = data.toString();
      if (text.includes('SUB ')) socket.write(`-ERR 'Permissions Violation for Subscription to "${inbox}"'\r\n`);
      if (text.includes('PING')) socket.write('PONG\r\n');
    });
    socket.write('INFO {"server_id":"x","version":"2.9.10","max_payload":1048576,"headers":true,"proto":1}\r\n');
  });
  refusing.listen(0, '127.0.0.1');
  await once(refusing, 'listening');
  const address = refusing.address();
  const port = typeof address === 'object' ? address?.port : null;
  const refused = await connect({ servers: `127.0.0.1:${port}` });
  try {
    bus.listen(refused, connection.epoch);
    await refused.flush();
    expect(errors).toEqual(['cannot hear other nodes']);
  } finally {
    await refused.close();
    refusing.close();
  }
});

test('what is no message for an actor is dropped, counted by kind, and no actor sees it', async () => {
  removed.add('n9');
  await publish(
    [subject, new Uint8Array([0xc1])],
    [subject, encodePeerMessage(header, { kind: 'requestVote' })],
    [subject, encodePeerMessage({ ...header, clusterId: 'c2' }, vote)],
    [subject, encodePeerMessage(header, { kind: 'commit' })],
    [subject, encodePeerMessage(header, { kind: 'becomeKing' })],
    ['quorate.main.peer.n2.n1.config.nobody', encodePeerMessage(header, vote)],
    ['quorate.main.peer.n2.n1.othergroup.logStore', encodePeerMessage(header, vote)],
    ['quorate.main.peer.n9.n1.config.logStore', encodePeerMessage(header, vote)],
  );
  expect(delivered).toHaveLength(1);
  expect(drops.counts).toEqual({
    notMsgpack: 1,
    wrongShape: 1,
    otherCluster: 1,
    notOwn: 1,
    wrongKind: 1,
    wrongSubject: 2,
    removedNode: 1,
  });
});

test('each kind of dropped message is one log line in ten seconds', async () => {
  const bad = [subject, new Uint8Array([0xc1])] as const;
  await publish(bad, bad, bad, [subject, encodePeerMessage(header, { kind: 'requestVote' })]);
  expect(logged.map(({ fields }) => fields.reason)).toEqual(['notMsgpack', 'wrongShape']);
  nowMs += 9_999;
  await publish(bad);
  expect(logged).toHaveLength(2);
  nowMs += 1;
  await publish(bad);
  expect(logged).toHaveLength(3);
  expect(logged[2]?.fields).toMatchObject({ reason: 'notMsgpack', count: 5 });
});

test('an actor that throws does not stop the bus', async () => {
  bus.attach(group, (actor, message, sender) => {
    if (message.kind === 'requestPreVote') throw new Error('planted');
    delivered.push({ actor, message, sender });
  });
  await publish([subject, encodePeerMessage(header, { ...vote, kind: 'requestPreVote' })]);
  expect(delivered).toHaveLength(1);
  expect(errors).toEqual(['could not deliver a message']);
});

test('an entry that is kept holds its own message and not all that the socket read', async () => {
  const entry = {
    index: 1,
    term: 1,
    kind: 'command',
    command: new Uint8Array([1, 2, 3]),
    timestampUs: 1,
    logTimeMs: 0,
  };
  const append = {
    kind: 'appendEntries',
    term: 1,
    sequence: 1,
    round: 0,
    leaseMs: 0,
    prevLogIndex: 0,
    prevLogTerm: 0,
    leaderCommit: 0,
    freshness: { incarnation: 2, asOf: { clockMs: 12.5, wallMs: 7 }, readIndex: 3 },
    electionTimeoutMinMs: 150,
    electionTimeoutMaxMs: 300,
  };
  const message = { ...append, entries: [entry] };
  const payload = encodePeerMessage(header, message);
  await publish([subject, payload]);
  const received: unknown = delivered[0]?.message;
  expect(received).toEqual(message);
  expect(received).toHaveProperty(
    'entries.0.command.buffer.byteLength',
    expect.toSatisfy((bytes) => bytes <= payload.length),
  );
});

/** A bus beside the other that notes what it traces, and samples every request. */
function tracedBus(): { readonly traced: PeerBus; readonly notes: unknown[][] } {
  const notes: unknown[][] = [];
  const tracer: RpcTracer = {
    requested: ({ kind, last }, causes) => {
      notes.push(['requested', kind, last, causes]);
      return kind === 'requestPreVote' ? null : '00-own-01';
    },
    answered: ({ peer: from, kind, sequence, matchIndex }) =>
      void notes.push(['answered', from, kind, sequence, matchIndex]),
    received: ({ peer: from, kind, sequence }, parent) => void notes.push(['received', from, kind, sequence, parent]),
    replied: ({ peer: to, kind, sequence, matchIndex }) => void notes.push(['replied', to, kind, sequence, matchIndex]),
  };
  return { traced: new PeerBus({ ...options, tracer }), notes };
}

test('a sampled request carries its own context, which began in those of its traced entries', async () => {
  const heard: (string | undefined)[] = [];
  peer.subscribe('quorate.main.peer.n1.>', {
    callback: (_, message) => void heard.push(message.headers?.get('traceparent')),
  });
  await peer.flush();
  const { traced, notes } = tracedBus();
  const entry = { index: 1, term: 1, kind: 'command', command: new Uint8Array(), timestampUs: 1, logTimeMs: 0 };
  const second = { ...entry, index: 2, fields: { traceparent: '00-entry-01' } };
  const entries = [entry, second, { ...entry, index: 3, term: 2, fields: { traceparent: '00-second-01' } }];
  const append = { kind: 'appendEntries', sequence: 4, entries };
  const caused = { ...vote, traceparent: '00-cause-01' };
  const tick = { kind: 'tick' };
  const messages = [append, vote, caused, { ...vote, kind: 'requestPreVote' }, tick];
  for (const message of messages) traced.send(peerStore, message);
  traced.send(peerStore, { ...vote, kind: 'requestVoteReply' });
  const appended = { kind: 'appendEntriesReply', sequence: 4, success: true, matchIndex: 3 };
  traced.send(peerStore, appended);
  const refused = { ...appended, success: false, matchIndex: 0 };
  traced.send(peerStore, refused);
  await connection.connection?.flush();
  await peer.flush();
  expect(notes).toEqual([
    ['requested', 'appendEntries', { index: 3, term: 2 }, ['00-entry-01', '00-second-01']],
    ['requested', 'requestVote', null, []],
    ['requested', 'requestVote', null, ['00-cause-01']],
    ['requested', 'requestPreVote', null, []],
    ['replied', 'n2', 'requestVote', 1, null],
    ['replied', 'n2', 'appendEntries', 4, 3],
    ['replied', 'n2', 'appendEntries', 4, null],
  ]);
  expect(heard).toEqual(['00-own-01', '00-own-01', '00-own-01', ...Array(5).fill(undefined)]);
});

test('what comes is traced in the context that its header names, and none without one or in a broken one', async () => {
  const { traced, notes } = tracedBus();
  traced.attach(group, () => {});
  if (connection.connection === null) throw new Error('no connection');
  traced.listen(connection.connection, connection.epoch);
  const whole = headers();
  whole.set('traceparent', '00-other-01');
  const others = headers();
  others.set('other', 'value');
  const broken = Object.assign(headers(), { encode: () => new TextEncoder().encode('NATS/1.0\r\nno key: 1\r\n\r\n') });
  const payload = encodePeerMessage(header, { ...vote, kind: 'requestPreVote' });
  for (const carried of [whole, others, broken]) peer.publish(subject, payload, { headers: carried });
  const reply = {
    kind: 'requestVoteReply',
    term: 1,
    sequence: 7,
    incarnation: 1,
    voteGranted: true,
    clockMs: 1,
    wallMs: 1,
  };
  await publish(['quorate.main.peer.n2.n1.config.election', encodePeerMessage(header, reply)]);
  await connection.connection.flush();
  expect(notes).toEqual([
    ['received', 'n2', 'requestPreVote', 1, '00-other-01'],
    ['received', 'n2', 'requestPreVote', 1, null],
    ['received', 'n2', 'requestPreVote', 1, null],
    ['answered', 'n2', 'requestVote', 7, null],
    ['received', 'n3', 'requestVote', 1, null],
  ]);
  expect(errors).toEqual([]);
});

test('what nobody answers is no RPC, nor is what stays within the node', async () => {
  const { traced, notes } = tracedBus();
  traced.attach(group, () => {});
  if (connection.connection === null) throw new Error('no connection');
  traced.listen(connection.connection, connection.epoch);
  const farewell = { kind: 'memberRemoved', incarnation: 1, sequence: 3 };
  traced.send({ ...peerStore, actor: 'election' }, farewell);
  traced.send({ ...peerStore, node: identity.node }, vote);
  await publish(['quorate.main.peer.n2.n1.config.election', encodePeerMessage(header, farewell)]);
  await connection.connection.flush();
  expect(notes).toEqual([['received', 'n3', 'requestVote', 1, null]]);
});

test('a message that the server would not take is counted and logged, and one without a connection is not', async () => {
  const command = new Uint8Array(2 * 1024 * 1024);
  const entry = { term: term(1), index: logIndex(1), kind: 'command', command, timestampUs: 1, logTimeMs: 0 } as const;
  const append = {
    kind: 'appendEntries',
    term: term(1),
    sequence: 1,
    round: 0,
    leaseMs: 0,
    prevLogIndex: logIndex(0),
    prevLogTerm: term(0),
    entries: [entry],
    leaderCommit: logIndex(0),
    freshness: null,
    electionTimeoutMinMs: 150,
    electionTimeoutMaxMs: 300,
  } as const;
  bus.send(peerStore, append);
  expect(drops.counts).toEqual({ tooLarge: 1 });
  expect(logged.map(({ fields }) => fields.reason)).toEqual(['tooLarge']);
  await connection.close();
  bus.send(peerStore, append);
  expect(drops.counts).toEqual({ tooLarge: 1 });
});

/** A turn through the bus's own connection: whatever NATS had to say before has been heard. */
async function roundTrip(): Promise<void> {
  await connection.connection?.flush();
  await publish();
}

const leaderOf = (node: string) => ({ node: nodeId(node), group, actor: 'leader' });
const probe = { kind: 'leaderProbe', probe: 12 };
const told = (): unknown[] => delivered.filter(({ message }) => message.kind === 'noResponders');

test('a probe that nobody is there to hear is told to the own log store, in the own name', async () => {
  bus.send(leaderOf('n2'), probe);
  await roundTrip();
  expect(told()).toEqual([
    { actor: 'logStore', message: { kind: 'noResponders', leader: 'n2', probe: 12 }, sender: identity },
  ]);
  expect(drops.counts).toEqual({});
});

test('a probe that somebody hears is not, though it is not answered', async () => {
  const heard: string[] = [];
  peer.subscribe('quorate.main.peer.*.n2.>', { callback: (_, message) => void heard.push(message.subject) });
  await peer.flush();
  bus.send(leaderOf('n2'), probe);
  await roundTrip();
  expect(heard).toEqual(['quorate.main.peer.n1.n2.config.leader']);
  expect(told()).toEqual([]);
});

test('whoever listens to everything hides that nobody else does', async () => {
  peer.subscribe('>', { callback: () => {} });
  await peer.flush();
  bus.send(leaderOf('n2'), probe);
  await roundTrip();
  expect(told()).toEqual([]);
});

test('that nobody hears any other message is not told', async () => {
  bus.send(peerStore, vote);
  await roundTrip();
  expect(delivered).toHaveLength(1);
});

const own = 'quorate.main.peer.n1.n1.config._noResponders.n2.12';

test.each([
  ['has no status of NATS’s', own, 0],
  ['has another status', own, 404],
  ['speaks for another node', 'quorate.main.peer.n3.n1.config._noResponders.n2.12', 503],
  ['is of a group that is not here', 'quorate.main.peer.n1.n1.other._noResponders.n2.12', 503],
  ['is of another cluster', 'quorate.blue.peer.n1.n1.config._noResponders.n2.12', 503],
  ['names no probe', 'quorate.main.peer.n1.n1.config._noResponders.n2.x', 503],
])('an empty message that %s is dropped', async (_, to, code) => {
  connection.connection?.subscribe('quorate.blue.peer.*.n1.>', { callback: () => {} });
  const status = code === 0 ? {} : { headers: headers(code, 'status') };
  peer.publish(to, new Uint8Array(), status);
  await roundTrip();
  expect(told()).toEqual([]);
});
