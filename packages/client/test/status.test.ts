import { logIndex, term } from '@quorate/raft';
import { encodeStatus, type NodeStatus, nodeIdSchema } from '@quorate/wire';
import { expect, it } from 'vitest';
import { alarmsOf, clusterStatusToJson, Unformed, writesRefused } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { type Behaviour, ok, refusal } from './support/fake-node.ts';
import { statusOf, voters } from './support/status-of.ts';

const id = (text: string) => nodeIdSchema.parse(text);

const tells =
  (status: NodeStatus): Behaviour =>
  ({ endpoint, via }) =>
    endpoint === 'status' && via === 'everyNode' ? ok(encodeStatus(status)) : null;

const peer = {
  id: id('n2'),
  matchIndex: logIndex(40),
  lag: 3,
  roundTripMs: 0.5,
  loss: 0.25,
  lastContactMs: 20,
  stage: 'alive',
  state: 'replicate',
  transfer: null,
  clock: null,
} as const;

it('lists every node, and the voters that do not answer as unreachable', async () => {
  const bus = await TestBus.start();
  await bus.node('n2', tells(statusOf('n2')));
  await bus.node('n1', tells(statusOf('n1', { role: 'leader', peers: [peer] })));
  const store = await bus.store();
  const status = await store.status();
  expect(status.leader).toBe('n1');
  expect(status.nodes.map((node) => [node.id, node.role])).toEqual([
    ['n1', 'leader'],
    ['n2', 'follower'],
    ['n3', 'unreachable'],
  ]);
  expect(status.nodes[0]).toMatchObject({ commitIndex: 42n, lastApplied: 41n, term: 3n });
  expect(status.nodes[0]).toMatchObject({ peers: [{ id: 'n2', matchIndex: 40n, lag: 3n }] });

  const json = clusterStatusToJson(status);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  expect(json.leader).toBe('n1');
  expect(json.nodes[0]).toMatchObject({ id: 'n1', pid: 4711, role: 'leader', term: '3', commitIndex: '42' });
  expect(json.nodes[0]).toMatchObject({ peers: [{ id: 'n2', matchIndex: '40', lag: '3', roundTripMs: 0.5 }] });
  expect(json.nodes[2]).toEqual({ id: 'n3', storageId: 'disk-n3', role: 'unreachable' });
});

it('waits no longer than until all voters have answered, and lists others too', async () => {
  const bus = await TestBus.start();
  for (const name of ['n1', 'n2', 'n3', 'n10']) await bus.node(name, tells(statusOf(name)));
  const store = await bus.store();
  const startedAtMs = performance.now();
  const status = await store.status();
  expect(performance.now() - startedAtMs).toBeLessThan(900);
  expect(status.nodes.map((node) => node.id)).toEqual(['n1', 'n2', 'n3', 'n10']);
});

it('believes the newest term about the leader, and knows none where nobody does', async () => {
  const bus = await TestBus.start();
  const n1 = await bus.node('n1', tells(statusOf('n1', { role: 'leader', term: term(3), leader: id('n1') })));
  const n2 = await bus.node('n2', tells(statusOf('n2', { term: term(4), leader: id('n3') })));
  const n3 = await bus.node('n3', tells(statusOf('n3', { term: term(4), leader: null, role: 'candidate' })));
  const store = await bus.store();
  expect((await store.status()).leader).toBe('n3');
  for (const node of [n1, n2, n3]) node.behave(tells(statusOf(node.id, { leader: null })));
  expect((await store.status()).leader).toBeNull();
});

it('has an alarm for each node whose disk is nearly full', async () => {
  const bus = await TestBus.start();
  const disk = { freeBytes: 12, neededBytes: 40, isLow: true };
  await bus.node('n1', tells(statusOf('n1', { role: 'leader', writesRefused: 'DiskSpaceLow' })));
  await bus.node('n2', tells(statusOf('n2', { disk })));
  await bus.node('n3', tells(statusOf('n3', { disk: { ...disk, isLow: false } })));
  const status = await (await bus.store()).status();
  expect(writesRefused(status)).toBe('DiskSpaceLow');
  const alarm = { code: 'DiskSpaceLow', node: 'n2', freeBytes: 12, neededBytes: 40 };
  expect(alarmsOf(status)).toEqual([alarm]);
  expect(clusterStatusToJson(status).alarms).toEqual([alarm]);
});

it('has an alarm for each node whose NATS server does not take the longest messages', async () => {
  const bus = await TestBus.start();
  const payload = { maxBytes: 12, neededBytes: 40, isLow: true };
  await bus.node('n1', tells(statusOf('n1', { role: 'leader' })));
  await bus.node('n2', tells(statusOf('n2', { payload })));
  await bus.node('n3', tells(statusOf('n3', { payload: { ...payload, isLow: false } })));
  const status = await (await bus.store()).status();
  const alarm = { code: 'PayloadLimitTooLow', node: 'n2', maxBytes: 12, neededBytes: 40 };
  expect(alarmsOf(status)).toEqual([alarm]);
  expect(clusterStatusToJson(status).alarms).toEqual([alarm]);
});

it('has one alarm for a node whose state has parted, however many tell of it, and what is certain counts', async () => {
  const bus = await TestBus.start();
  const parting = { node: id('n2'), revision: 9 };
  for (const name of ['n1', 'n2', 'n3']) {
    await bus.node(name, tells(statusOf(name, { partings: [{ ...parting, isOdd: name === 'n2' }] })));
  }
  const status = await (await bus.store()).status();
  expect(alarmsOf(status)).toEqual([{ code: 'StateParted', node: 'n2', revision: 9n, isOdd: true }]);
  expect(clusterStatusToJson(status)).toMatchObject({
    alarms: [{ code: 'StateParted', node: 'n2', revision: '9', isOdd: true }],
    nodes: [{ partings: [{ node: 'n2', revision: '9', isOdd: false }] }, {}, {}],
  });
});

it('has an alarm for each clock that the leader found to be off, or to drift', async () => {
  const bus = await TestBus.start();
  const right = { offsetMs: 1, uncertaintyMs: 0.5, driftPpm: 12, driftUncertaintyPpm: 100 };
  const fine = { ...right, isOff: false, isDrifting: false };
  const far = { ...right, offsetMs: -3_600_000 };
  const peers = [
    { ...peer, clock: { ...far, isOff: true, isDrifting: true } },
    { ...peer, id: id('n3'), clock: fine },
  ];
  await bus.node('n1', tells(statusOf('n1', { role: 'leader', clock: { ...fine, isOff: true }, peers })));
  const before = [{ ...peer, id: id('n3'), clock: { ...far, isOff: true, isDrifting: true } }];
  await bus.node('n2', tells(statusOf('n2', { peers: before })));
  await bus.node('n3', tells(statusOf('n3')));
  const status = await (await bus.store()).status();
  const alarms = [
    { code: 'ClockOff', node: 'n1', ...right },
    { code: 'ClockOff', node: 'n2', ...far },
    { code: 'ClockDrifts', node: 'n2', ...far },
  ];
  expect(alarmsOf(status)).toEqual(alarms);
  expect(clusterStatusToJson(status).alarms).toEqual(alarms);
});

it('asks again when an answer is lost, and passes over what is none', async () => {
  const bus = await TestBus.start();
  let asked = 0;
  const alone = statusOf('n1', { voters: voters.slice(0, 1) });
  await bus.node('n1', () => {
    asked += 1;
    return asked === 1 ? null : ok(encodeStatus(alone));
  });
  await bus.node('n8', () => new Uint8Array([0xff]));
  await bus.node('n9', () => refusal(new Unformed({ node: 'n9' })));
  const store = await bus.store();
  expect((await store.status()).nodes.map((node) => node.id)).toEqual(['n1']);
});

it('is Unavailable when nobody listens', async () => {
  const store = await (await TestBus.start()).store();
  expect(await codeOf(store.status())).toBe('Unavailable');
});
