import { clusterName, groupId, nodeId } from '@quorate/actor';
import { type Broker, startBroker } from '@quorate/broker';
import { RediallingConnection } from '@quorate/nats-connection';
import { type LogFields, type Logger, silentPorts } from '@quorate/raft';
import { type ActorMessage, encodePeerMessage } from '@quorate/wire';
import { connect, type NatsConnection } from 'nats';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DropCounter } from '../src/drop-counter.ts';
import { PeerBus } from '../src/peer-bus.ts';

const cluster = clusterName('main');
const group = groupId('config');
const header = { clusterId: 'c1', storageId: 's2', incarnation: 1 };
const vote = { kind: 'requestVote', term: 1, sequence: 1, lastLogIndex: 0, lastLogTerm: 0 };
const subject = 'quorate.main.peer.n2.n1.config.logStore';

let broker: Broker;
let peer: NatsConnection;
let connection: RediallingConnection;
let bus: PeerBus;
let drops: DropCounter;
let nowMs = 0;
const delivered: { actor: string; message: ActorMessage }[] = [];
const logged: { message: string; fields: LogFields }[] = [];
const removed = new Set<string>();

beforeEach(async () => {
  delivered.length = 0;
  logged.length = 0;
  removed.clear();
  broker = await startBroker({ port: 0 });
  peer = await connect({ servers: broker.url });
  const logger: Logger = {
    ...silentPorts.logger,
    warn: (message, fields = {}) => void logged.push({ message, fields }),
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
    bus = new PeerBus({
      cluster,
      clusterId: 'c1',
      identity: { node: nodeId('n1'), storageId: 's1', incarnation: 1 },
      connection,
      logger,
      drops,
      tracer: null,
      isRemoved: (node) => removed.has(node),
    });
    bus.attach(group, (actor, message) => void delivered.push({ actor, message }));
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

test('a message reaches the actor that its subject names', async () => {
  await publish([subject, encodePeerMessage(header, { ...vote, kind: 'requestPreVote' })]);
  expect(delivered[0]).toEqual({ actor: 'logStore', message: { ...vote, kind: 'requestPreVote' } });
  expect(drops.counts).toEqual({});
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
  bus.attach(group, (_actor, message) => {
    if (message.kind === 'requestPreVote') throw new Error('planted');
    delivered.push({ actor: _actor, message });
  });
  await publish([subject, encodePeerMessage(header, { ...vote, kind: 'requestPreVote' })]);
  expect(delivered).toHaveLength(1);
});

test('an entry that is kept holds its own message and not all that the socket read', async () => {
  const entry = { index: 1, term: 1, kind: 'command', command: new Uint8Array([1, 2, 3]) };
  const append = {
    kind: 'appendEntries',
    term: 1,
    sequence: 1,
    round: 0,
    prevLogIndex: 0,
    prevLogTerm: 0,
    leaderCommit: 0,
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
