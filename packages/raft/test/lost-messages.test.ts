import { describe, expect, test } from 'vitest';
import { gatewayAt, leaderAt, leaderToken, logIndex, logStoreAt, replicatorAt, term } from '../src/index.ts';
import { type Delivery, TestCluster, type TestNode } from './support/cluster.ts';
import { usualTimeouts } from './support/timeouts.ts';

/** A cluster of three whose leader has committed its no-op. */
function ledCluster(): { cluster: TestCluster; leader: TestNode; followers: readonly TestNode[] } {
  const cluster = new TestCluster(['n1', 'n2', 'n3']);
  cluster.startAll();
  cluster.run(2000, () => cluster.leader() !== null);
  cluster.run(500);
  const leader = cluster.leader();
  if (leader === null) throw new Error('no leader');
  return { cluster, leader, followers: [...cluster.nodes.values()].filter((node) => node !== leader) };
}

/** Loses the first message that `isIt` holds for; the answer tells whether it came to that. */
function loseOne(cluster: TestCluster, isIt: (delivery: Delivery) => boolean): () => boolean {
  let lost = false;
  cluster.passes = (delivery) => {
    if (lost || !isIt(delivery)) return true;
    lost = true;
    return false;
  };
  return () => lost;
}

const heartbeatMs = 50;

describe('the loss of one message within a node costs time only', () => {
  // Whatever a write needs, from the proposal to the answer. Each is asked for again, or told again, within a few heartbeats.
  test.each([
    'propose',
    'append',
    'appended',
    'advance',
    'prepareAppend',
    'appendPrepared',
    'matched',
    'durable',
    'commit',
    'committed',
    'readCommitted',
    'committedEntries',
    'applied',
    'proposeReply',
  ])('of %s: a write is answered all the same, and nobody is asked without end', (kind) => {
    const { cluster, leader } = ledCluster();
    const lost = loseOne(cluster, ({ from, to, message }) => message.kind === kind && from.node === to.node);
    cluster.write(leader.id, 1, 'a');
    expect(cluster.run(6 * heartbeatMs, () => leader.answers.has(1))).toBe(true);
    expect(leader.answers.get(1)).toMatchObject({ kind: 'result' });
    expect(lost()).toBe(true);
    cluster.run(4 * heartbeatMs);
    for (const { stateMachine } of cluster.nodes.values()) expect(stateMachine.applied).toHaveLength(2);
  });

  test.each(['readIndex', 'confirmRound', 'roundConfirmed', 'readIndexReply', 'query', 'queryAnswer'])(
    'of %s: a read is answered all the same',
    (kind) => {
      const { cluster, leader, followers } = ledCluster();
      // Without one of the others the own log store's word is needed.
      for (const { id } of followers.slice(1)) cluster.stop(id);
      const lost = loseOne(cluster, ({ from, to, message }) => message.kind === kind && from.node === to.node);
      cluster.read(leader.id, 1);
      expect(cluster.run(6 * heartbeatMs, () => leader.answers.has(1))).toBe(true);
      expect(leader.answers.get(1)).toMatchObject({ kind: 'answer' });
      expect(lost()).toBe(true);
    },
  );

  test.each(['prepareCampaign', 'campaignPrepared', 'campaign', 'campaigned', 'becomeLeader', 'leadershipGranted'])(
    'of %s: there is a leader all the same',
    (kind) => {
      const cluster = new TestCluster(['n1', 'n2', 'n3']);
      const lost = loseOne(cluster, ({ message }) => message.kind === kind);
      cluster.startAll();
      cluster.write('n1', 1, 'a');
      expect(cluster.run(2000, () => cluster.node('n1').answers.has(1))).toBe(true);
      expect(lost()).toBe(true);
    },
  );

  test('of leadershipLost: it is told again until the leader is stopped', () => {
    const { cluster, leader, followers } = ledCluster();
    for (const { id } of followers) cluster.stop(id);
    const lost = loseOne(cluster, ({ message }) => message.kind === 'leadershipLost');
    expect(cluster.run(1000, () => !leader.system?.has('leader'))).toBe(true);
    expect(lost()).toBe(true);
    for (const { id } of followers) cluster.start(id);
    expect(cluster.run(2000, () => cluster.leader() !== null)).toBe(true);
  });

  test('of leadershipLost, again and again: its replicators do not keep the others from choosing a leader for ever', () => {
    const { cluster, leader } = ledCluster();
    let lost = 0;
    cluster.passes = ({ message }) => message.kind !== 'leadershipLost' || ++lost > 5;
    cluster.send(leader.id, leaderAt({ node: leader.id, group: cluster.group }), { kind: 'replicatorFailed' });
    expect(cluster.run(2000, () => !leader.system?.has('leader'))).toBe(true);
    expect(lost).toBeGreaterThan(5);
    expect(cluster.run(2000, () => cluster.leader() !== null)).toBe(true);
    cluster.write('n1', 1, 'a');
    cluster.run(1000);
    expect(cluster.node('n1').answers.get(1)).toMatchObject({ kind: 'result' });
  });

  test('of leaderKnown: a gateway that goes on asking the old leader learns of the new one', () => {
    const { cluster, leader, followers } = ledCluster();
    const [through] = followers;
    if (through === undefined) throw new Error('no follower');
    cluster.passes = ({ to, message }) => to.node !== through.id || message.kind !== 'leaderKnown';
    cluster.pause(leader.id);
    expect(cluster.run(2000, () => followers.some(({ system }) => system?.has('leader')))).toBe(true);
    cluster.resume(leader.id);
    cluster.run(200);
    cluster.passes = () => true;
    cluster.write(through.id, 1, 'a');
    cluster.read(through.id, 2);
    cluster.run(1000);
    // The write may have been in the old leader's log for all that its gateway knows; the next finds the new one.
    expect(through.answers.get(2)).toMatchObject({ kind: 'answer' });
    cluster.write(through.id, 3, 'b');
    cluster.run(300);
    expect(through.answers.get(3)).toMatchObject({ kind: 'result' });
  });
});

describe('what an earlier office of a node left on its way does not harm the next', () => {
  /** Deposes the leader and lets the same node win again. */
  function secondOffice(): { cluster: TestCluster; leader: TestNode } {
    const { cluster, leader } = ledCluster();
    cluster.passes = ({ from, message }) => message.kind !== 'prepareCampaign' || from.node === leader.id;
    cluster.send(leader.id, leaderAt({ node: leader.id, group: cluster.group }), { kind: 'replicatorFailed' });
    cluster.run(100);
    expect(cluster.run(2000, () => cluster.leader() === leader)).toBe(true);
    cluster.run(200);
    return { cluster, leader };
  }

  function expectItLeads(cluster: TestCluster, leader: TestNode): void {
    cluster.write(leader.id, 1, 'a');
    cluster.run(300);
    expect(leader.answers.get(1)).toMatchObject({ kind: 'result' });
    expect(cluster.leader()).toBe(leader);
  }

  test('a refusal of the log store', () => {
    const { cluster, leader } = secondOffice();
    const { currentTerm } = leader.storage.hardState;
    const where = { node: leader.id, group: cluster.group };
    cluster.send(leader.id, leaderAt(where), { kind: 'leadershipRefused', term: term(currentTerm - 1) });
    expectItLeads(cluster, leader);
  });

  test('a question with its token', () => {
    const { cluster, leader } = secondOffice();
    const where = { node: leader.id, group: cluster.group };
    cluster.send(leader.id, logStoreAt(where), {
      kind: 'confirmRound',
      token: leaderToken(1),
      round: 0,
      leaseMs: 0,
      askedAt: { clockMs: 0, wallMs: 0 },
      ...usualTimeouts,
    });
    expectItLeads(cluster, leader);
  });

  test('an advance: it makes no replicator busy, and confirms no round that is still to come', () => {
    const { cluster, leader } = secondOffice();
    const where = { node: leader.id, group: cluster.group };
    const confirmed: number[] = [];
    cluster.passes = ({ message }) => {
      if (message.kind === 'matched' && 'round' in message) confirmed.push(Number(message.round));
      return true;
    };
    const late = {
      kind: 'advance',
      heartbeatIntervalMs: 50,
      ...usualTimeouts,
      lastLogIndex: logIndex(50),
      commitIndex: logIndex(50),
      round: 2 ** 32 + 9,
      leaseMs: 0,
      maxHeartbeatIntervalMs: null,
      leasedAtMs: null,
    } as const;
    for (const { id } of cluster.nodes.values()) {
      if (id !== leader.id) cluster.send(leader.id, replicatorAt(where, id), late);
    }
    cluster.run(200);
    const earlier = Math.max(...confirmed);
    cluster.send(leader.id, gatewayAt(where), {
      kind: 'read',
      request: 2,
      query: new Uint8Array(),
      consistency: 'linearizable',
      maxStalenessMs: null,
      minRevision: 0,
      timeoutMs: 500,
    });
    cluster.run(200);
    expect(Math.max(...confirmed)).toBeGreaterThan(earlier);
    expectItLeads(cluster, leader);
  });
});
