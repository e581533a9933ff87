import { logIndex, term } from '@quorate/raft';
import {
  encodeChanged,
  encodeHello,
  encodeStatus,
  encodeTransferred,
  type Hello,
  MembersUnchanged,
  membersBody,
  type NodeStatus,
  nodeIdSchema,
  transferBody,
  Unformed,
} from '@quorate/wire';
import { expect, it } from 'vitest';
import { clusterMembersToJson, type Store } from '../src/index.ts';
import { codeOf, errorOf, TestBus } from './support/bus.ts';
import { type Behaviour, type FakeNode, ok, refusal } from './support/fake-node.ts';

const id = (text: string) => nodeIdSchema.parse(text);
const voter = (name: string) => ({ id: id(name), storageId: `disk-${name}` });
const learner = { ...voter('n4'), isPromotedWhenCaughtUp: true, replaces: id('n2') };

const status: NodeStatus = {
  ...voter('n1'),
  pid: 4711,
  version: '0.1.0',
  formation: 'formed',
  clusterId: 'abc',
  role: 'leader',
  term: term(3),
  leader: id('n1'),
  commitIndex: logIndex(42),
  lastApplied: logIndex(41),
  lastLogIndex: logIndex(43),
  firstIndex: logIndex(1),
  damage: null,
  peers: [
    {
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
    },
    {
      id: id('n4'),
      matchIndex: logIndex(0),
      lag: 43,
      roundTripMs: null,
      loss: null,
      lastContactMs: 900,
      stage: 'probe',
      state: 'snapshot',
      transfer: { storedBytes: 12, totalBytes: 400 },
      clock: null,
    },
  ],
  clock: null,
  partings: [],
  dropped: {},
  disk: null,
  payload: null,
  lease: null,
  load: null,
  writesRefused: null,
  voters: [voter('n1'), voter('n2')],
  outgoingVoters: [],
  learners: [learner],
  removed: [id('n9')],
};

/** What n1, the leader, says. */
const leads =
  (fields: Partial<NodeStatus> = {}, change: Behaviour = () => ok(encodeChanged(logIndex(44)), 'n1')): Behaviour =>
  (request) => {
    if (request.endpoint === 'status') return ok(encodeStatus({ ...status, ...fields }));
    if (request.endpoint === 'members') return change(request);
    if (request.endpoint !== 'transfer') return null;
    return ok(encodeTransferred(transferBody(request.body) ?? id('n2')), 'n1');
  };

/** What a machine says of itself. */
const machine =
  (name: string, fields: Partial<Hello> = {}): Behaviour =>
  ({ endpoint }) =>
    endpoint === 'hello'
      ? ok(encodeHello({ ...voter(name), version: '0.1.0', formation: 'unformed', clusterId: null, ...fields }))
      : refusal(new Unformed({ node: name }));

async function start(behaviour: Behaviour = leads()): Promise<{ bus: TestBus; leader: FakeNode; store: Store }> {
  const bus = await TestBus.start();
  const leader = await bus.node('n1', behaviour);
  return { bus, leader, store: await bus.store() };
}

const changes = ({ requests }: FakeNode) =>
  requests.filter(({ endpoint }) => endpoint === 'members').map(({ body }) => membersBody(body));

it('lists the members as the leader sees them', async () => {
  const { store } = await start();
  const all = await store.members();
  const nobody = { isPromotedWhenCaughtUp: false, replaces: null };
  const facts = {
    raftRole: null,
    isSpent: false,
    isLeader: false,
    stage: 'alive',
    state: 'replicate',
    transfer: null,
    lag: 3n,
    matchIndex: 40n,
    lastContactMs: 20,
    roundTripMs: 0.5,
    loss: 0.25,
  };
  expect(all).toEqual({
    leader: 'n1',
    members: [
      {
        ...voter('n1'),
        role: 'voter',
        ...nobody,
        raftRole: 'leader',
        isSpent: false,
        isLeader: true,
        matchIndex: 43n,
        lag: 0n,
        lastContactMs: null,
        stage: null,
        roundTripMs: null,
        loss: null,
        state: null,
        transfer: null,
      },
      { ...voter('n2'), role: 'voter', ...nobody, ...facts },
      {
        ...learner,
        role: 'learner',
        raftRole: null,
        isSpent: false,
        isLeader: false,
        state: 'snapshot',
        transfer: { storedBytes: 12, totalBytes: 400 },
        lag: 43n,
        matchIndex: 0n,
        lastContactMs: 900,
        stage: 'probe',
        roundTripMs: null,
        loss: null,
      },
    ],
    removed: ['n9'],
  });
  const json = clusterMembersToJson(all);
  expect(JSON.parse(JSON.stringify(json))).toEqual(json);
  expect(json.members[1]).toMatchObject({ id: 'n2', role: 'voter', matchIndex: '40', lag: '3' });
});

it('tells what each node says of itself, and knows a machine that has another disk than its member', async () => {
  const { bus, store } = await start();
  const says =
    (name: string, fields: Partial<NodeStatus>): Behaviour =>
    ({ endpoint }) =>
      endpoint === 'status' ? ok(encodeStatus({ ...status, peers: [], ...fields, id: id(name) })) : null;
  await bus.node('n4', says('n4', { storageId: 'disk-n4', role: 'learner' }));
  await bus.node(
    'n2',
    says('n2', { storageId: 'new-disk-n2', role: null, formation: 'spent', voters: [], learners: [] }),
  );
  const { members } = await store.members();
  expect(
    members.map((member) => [member.id, member.raftRole, member.isSpent, member.matchIndex, member.stage]),
  ).toEqual([
    ['n1', 'leader', false, 43n, null],
    ['n2', null, true, null, null],
    ['n4', 'learner', false, 0n, 'probe'],
  ]);
});

it('shows who is leaving while the voters change', async () => {
  const { store } = await start(leads({ outgoingVoters: [voter('n2'), voter('n3')] }));
  const { members } = await store.members();
  expect(members.map((member) => [member.id, member.role])).toEqual([
    ['n1', 'voter'],
    ['n2', 'voter'],
    ['n3', 'leaving'],
    ['n4', 'learner'],
  ]);
});

it('lists the members by what a follower knows where nobody leads', async () => {
  const { store } = await start(leads({ role: 'follower', leader: null, peers: [] }));
  const { leader, members } = await store.members();
  expect(leader).toBeNull();
  expect(members.map((member) => [member.id, member.matchIndex, member.state])).toEqual([
    ['n1', null, null],
    ['n2', null, null],
    ['n4', null, null],
  ]);
});

it('asks a machine that is to be added for its data folder', async () => {
  const { bus, leader, store } = await start();
  await bus.node('n5', machine('n5'));
  await bus.node('n6', machine('n6'));
  const add = ['n5', { id: 'n6', replaces: 'n2' }];
  expect(await store.changeMembers({ add, promote: ['n4'], remove: ['n3'], force: true })).toEqual({ index: 44n });
  expect(changes(leader)).toEqual([
    {
      add: [
        { ...voter('n5'), isPromotedWhenCaughtUp: false, replaces: null },
        { ...voter('n6'), isPromotedWhenCaughtUp: true, replaces: 'n2' },
      ],
      promote: ['n4'],
      remove: ['n3'],
      force: true,
    },
  ]);
});

it('adds no machine that does not answer, or is of another cluster', async () => {
  const { bus, leader, store } = await start();
  await bus.node('n6', machine('n6', { formation: 'formed', clusterId: 'other' }));
  const silent = await errorOf(store.changeMembers({ add: ['n5'] }, { timeoutMs: 2_500 }));
  expect(silent).toMatchObject({ code: 'JoinRefused', details: { node: 'n5' } });
  expect(silent.message).toBe('node n5 cannot be added: it does not answer');
  expect(await codeOf(store.changeMembers({ add: ['n6'] }))).toBe('JoinRefused');
  expect(changes(leader)).toEqual([]);
});

it('leaves it to the leader to refuse what it knows better', async () => {
  const refused = new MembersUnchanged({ code: 'MemberExists', message: 'n2 is a member already' });
  const { leader, store } = await start(leads({}, () => refusal(refused, 'n1')));
  const error = await errorOf(store.changeMembers({ add: ['n2'] }));
  expect(error).toBeInstanceOf(MembersUnchanged);
  expect(error).toMatchObject({ code: 'MemberExists', message: 'n2 is a member already' });
  expect(changes(leader).map(({ add }) => add[0]?.storageId)).toEqual(['disk-n2']);
});

it('adds no id that was removed, whether it runs or not', async () => {
  const { leader, store } = await start();
  expect(await errorOf(store.changeMembers({ add: ['n9'] }))).toMatchObject({ code: 'IdSpent' });
  expect(changes(leader)).toEqual([]);
});

it('does not ask for a change again that may have been made', async () => {
  const { leader, store } = await start(leads({}, () => null));
  expect(await codeOf(store.changeMembers({ remove: ['n2'] }, { timeoutMs: 2_000 }))).toBe('OutcomeUnknown');
  expect(changes(leader)).toHaveLength(1);
});

it.each([
  ['an id that is no name', { add: ['n.5'] }],
  ['an id to replace that is none', { add: [{ id: 'n5', replaces: '' }] }],
  ['one who comes and goes', { add: ['n5'], remove: ['n5'] }],
])('refuses %s before anyone is asked', async (_, wrong) => {
  const { leader, store } = await start();
  expect(await codeOf(store.changeMembers(wrong))).toBe('InvalidRequest');
  expect(leader.requests).toEqual([]);
});

it('ends with its signal', async () => {
  const { store } = await start(leads({}, () => null));
  const reason = new Error('enough');
  const signal = AbortSignal.abort(reason);
  await expect(store.changeMembers({ remove: ['n2'] }, { signal })).rejects.toBe(reason);
  await expect(store.members({ signal })).rejects.toBe(reason);
  await expect(store.transfer('n2', { signal })).rejects.toBe(reason);
});

it('hands leadership over, to a node or to whoever is farthest', async () => {
  const { leader, store } = await start();
  expect(await store.transfer('n3')).toBe('n3');
  expect(await store.transfer()).toBe('n2');
  expect(await codeOf(store.transfer('n.3'))).toBe('InvalidRequest');
  const asked = leader.requests.filter(({ endpoint }) => endpoint === 'transfer').map(({ body }) => transferBody(body));
  expect(asked).toEqual(['n3', null]);
});
