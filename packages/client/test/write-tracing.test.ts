import { logIndex, term, type WriteStages } from '@quorate/raft';
import { decodeCommand, encodeStages, encodeStatus, type StagesRequest, stagesBody } from '@quorate/wire';
import { expect, it } from 'vitest';
import { Overloaded, RevisionMismatch } from '../src/errors.ts';
import { slowWriteToJson, tracedPutToJson } from '../src/index.ts';
import { codeOf, TestBus } from './support/bus.ts';
import { type Behaviour, idOf, ok, putReply, refusal } from './support/fake-node.ts';
import { statusOf } from './support/status-of.ts';

const [n2, n3] = [idOf('n2'), idOf('n3')];

/** A leader's part of a write, which took it so long, and its peers' answers. */
const leaderStages = (index: number, tookMs = 8, heardAtMs: number | null = 106): WriteStages => ({
  index: logIndex(index),
  term: term(3),
  gateway: { receivedAtMs: 100, proposedAtMs: 101, answeredAtMs: 103 + tookMs },
  leader: {
    takenAtMs: 102,
    placedAtMs: 103,
    committedAtMs: 107,
    completedBy: n2,
    settledAtMs: 102 + tookMs,
    peers: [
      { peer: n2, sentAtMs: 104, heardAtMs: 106 },
      { peer: n3, sentAtMs: 104, heardAtMs },
    ],
  },
  log: {
    receivedAtMs: 103,
    appendedAtMs: 103,
    batchEntries: 1,
    flushBeganAtMs: 103,
    flushEndedAtMs: 105,
    repliedAtMs: null,
  },
  applier: { beganAtMs: 108, appliedAtMs: 108 },
});
const followerStages = (index: number): WriteStages => ({
  index: logIndex(index),
  term: term(3),
  gateway: null,
  leader: null,
  log: { receivedAtMs: 5, appendedAtMs: 5, batchEntries: 1, flushBeganAtMs: 5, flushEndedAtMs: 6, repliedAtMs: 6 },
  applier: { beganAtMs: 9, appliedAtMs: 9 },
});

/** A node that remembers, and answers a put with an index of 12. */
const remembering =
  (name: string, told: (request: StagesRequest) => readonly WriteStages[]): Behaviour =>
  ({ endpoint, via, body }) => {
    if (endpoint === 'status' && via === 'everyNode') return ok(encodeStatus(statusOf(name)));
    if (endpoint === 'put' && via === 'node') return { ...putReply(5), index: logIndex(12) };
    if (endpoint !== 'stages' || via !== 'node') return null;
    return ok(encodeStages({ node: idOf(name), nowMs: 1_000, writes: told(stagesBody(body)) }));
  };

it('traces a write: the leader is asked once, and then all nodes', async () => {
  const bus = await TestBus.start();
  const leader = await bus.node(
    'n1',
    remembering('n1', () => [leaderStages(12)]),
  );
  await bus.node(
    'n2',
    remembering('n2', () => [followerStages(12)]),
  );
  await bus.node(
    'n3',
    remembering('n3', () => []),
  );
  const store = await bus.store();
  const traced = await store.tracePut('/a', 'x', { contentType: 'text/plain' });
  expect(traced).toMatchObject({
    revision: 5n,
    timeline: { index: 12n, term: 3n, leader: 'n1', completedBy: 'n2', wholeMs: 11, missing: ['n3'] },
  });
  expect(traced.traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(traced.clientMs).toBeGreaterThan(0);
  const puts = leader.requests.filter(({ endpoint }) => endpoint === 'put');
  expect(puts.map(({ body }) => decodeCommand(body))).toMatchObject([
    { kind: 'put', key: '/a', contentType: 'text/plain' },
  ]);
  const json = tracedPutToJson(traced);
  expect(JSON.parse(JSON.stringify(json))).toMatchObject({ revision: '5', timeline: { index: '12', term: '3' } });
});

it('asks again until the slowest peer has answered', async () => {
  const bus = await TestBus.start();
  let asked = 0;
  await bus.node(
    'n1',
    remembering('n1', () => {
      asked += 1;
      return [leaderStages(12, 8, asked < 3 ? null : 120)];
    }),
  );
  await bus.node(
    'n2',
    remembering('n2', () => [followerStages(12)]),
  );
  await bus.node(
    'n3',
    remembering('n3', () => [followerStages(12)]),
  );
  const { timeline } = await (await bus.store()).tracePut('/a', 'x');
  expect(asked).toBe(3);
  expect(timeline?.missing).toEqual([]);
  expect(
    timeline?.stages.filter(({ stage, node }) => stage === 'wire' && node === 'n1').map(({ peer }) => peer),
  ).toEqual(['n2', 'n3']);
});

it('asks the node that is named, though it does not lead', async () => {
  const bus = await TestBus.start();
  const leader = await bus.node(
    'n1',
    remembering('n1', () => [{ ...leaderStages(12), gateway: null }]),
  );
  const other = await bus.node(
    'n2',
    remembering('n2', () => [
      { ...followerStages(12), gateway: { receivedAtMs: 1, proposedAtMs: 2, answeredAtMs: 14 } },
    ]),
  );
  await bus.node(
    'n3',
    remembering('n3', () => [followerStages(12)]),
  );
  const { timeline } = await (await bus.store()).tracePut('/a', 'x', { node: 'n2' });
  expect(leader.log.filter((line) => line.startsWith('put'))).toEqual([]);
  expect(other.log.filter((line) => line.startsWith('put'))).toEqual(['put node']);
  expect(timeline).toMatchObject({ leader: 'n1', wholeMs: 13 });
  expect(timeline?.stages[0]).toMatchObject({ node: 'n2', stage: 'gateway' });
});

it('has no timeline where nodes remember no writes, and the write is made all the same', async () => {
  const bus = await TestBus.start();
  for (const name of ['n1', 'n2', 'n3'])
    await bus.node(
      name,
      remembering(name, () => []),
    );
  expect(await (await bus.store()).tracePut('/a', 'x')).toMatchObject({
    revision: 5n,
    timeline: null,
    problem: 'the nodes remember no writes',
  });
});

it('gives the revision of a write that was made, whatever goes wrong when nodes are asked where its time went', async () => {
  const bus = await TestBus.start();
  const ended = new AbortController();
  const behaviour = remembering('n1', () => {
    ended.abort(new Error('it is enough'));
    return [];
  });
  await bus.node('n1', behaviour);
  const traced = await (await bus.store()).tracePut('/a', 'x', { signal: ended.signal });
  expect(traced).toMatchObject({ revision: 5n, timeline: null, problem: 'it is enough' });
});

it('tells what the node answers instead', async () => {
  const bus = await TestBus.start();
  await bus.node('n1', (request) =>
    request.endpoint === 'put'
      ? refusal(new RevisionMismatch({ key: '/a', expected: '1', actual: '2' }))
      : remembering('n1', () => [])(request),
  );
  const store = await bus.store();
  expect(await codeOf(store.tracePut('/a', 'x', { ifRevision: 1n }))).toBe('RevisionMismatch');
  expect(await codeOf(store.tracePut('', 'x'))).toBe('InvalidKey');
  expect(await codeOf(store.tracePut('/a', 'x', { node: 'n9', timeoutMs: 500 }))).toBe('Unavailable');
});

it('does not know what became of a write that is not answered', async () => {
  const bus = await TestBus.start();
  await bus.node('n1', (request) => (request.endpoint === 'put' ? null : remembering('n1', () => [])(request)));
  expect(await codeOf((await bus.store()).tracePut('/a', 'x', { timeoutMs: 300 }))).toBe('OutcomeUnknown');
});

it('finds the slowest writes of all nodes, each once, the slowest first', async () => {
  const bus = await TestBus.start();
  const took: Readonly<Record<number, number>> = { 7: 20, 9: 50 };
  const led = (indexes: readonly number[]): Behaviour =>
    remembering('n1', ({ indexes: asked, slowest }) =>
      indexes
        .filter((index) => slowest > 0 || asked.some((one) => one === index))
        .map((index) => leaderStages(index, took[index])),
    );
  await bus.node('n1', led([7, 9]));
  await bus.node(
    'n2',
    remembering('n2', ({ indexes }) => indexes.map((index) => followerStages(index))),
  );
  const store = await bus.store();
  const slowest = await store.slowest({ limit: 5 });
  expect(slowest).toMatchObject([
    { index: 9n, wholeMs: 53, ageMs: 847, missing: ['n3'] },
    { index: 7n, wholeMs: 23, ageMs: 877, missing: ['n3'] },
  ]);
  expect(await store.slowest({ limit: 1 })).toHaveLength(1);
  expect(slowWriteToJson(slowest[0] ?? (undefined as never))).toMatchObject({ index: '9', term: '3', ageMs: 847 });
  for (const limit of [0, 101, 1.5]) expect(await codeOf(store.slowest({ limit }))).toBe('InvalidRequest');
});

it('counts what a write waited at the node that was asked, and finds those that only that node thinks slow', async () => {
  const bus = await TestBus.start();
  const asked = { receivedAtMs: 10, proposedAtMs: 310, answeredAtMs: 322 };
  const [usual, late] = [leaderStages(7), { ...leaderStages(9), gateway: null }];
  await bus.node(
    'n1',
    remembering('n1', ({ slowest }) => (slowest > 0 ? [usual] : [usual, late])),
  );
  await bus.node(
    'n2',
    remembering('n2', () => [{ ...followerStages(9), gateway: asked }]),
  );
  await bus.node(
    'n3',
    remembering('n3', () => []),
  );
  const slowest = await (await bus.store()).slowest({ limit: 2 });
  expect(slowest.map(({ index }) => index)).toEqual([9n, 7n]);
  expect(slowest[0]).toMatchObject({ wholeMs: 312 });
});

it('says which nodes do not tell, where that may be why no writes are found', async () => {
  const bus = await TestBus.start();
  const mute: Behaviour = (request) =>
    request.endpoint === 'stages' ? refusal(new Overloaded('not now')) : remembering('n1', () => [])(request);
  await bus.node('n1', mute);
  await bus.node(
    'n2',
    remembering('n2', () => []),
  );
  const store = await bus.store();
  await expect(store.slowest({ timeoutMs: 2_000 })).rejects.toMatchObject({
    code: 'Unavailable',
    message: expect.stringContaining('n1 does not tell: not now'),
  });
  const { problem, revision } = await store.tracePut('/a', 'x', { timeoutMs: 2_000 });
  expect({ problem, revision }).toEqual({
    problem: expect.stringContaining('n1 does not tell: not now'),
    revision: 5n,
  });
});
