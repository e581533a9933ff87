import { beforeEach, describe, expect, test } from 'vitest';
import { type Configuration, defaultRaftSettings as settings } from '../src/index.ts';
import { bytes } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm, startIndex } from './support/leader-fixture.ts';
import { changeOf, learner, members } from './support/members.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
});

const three = members({ voters: ['n1', 'n2', 'n3'] });
const first = noopIndex + 1;

/** What is appended now: one configuration, alone. */
function takeConfiguration(): Configuration | null | undefined {
  const appended = fixture.takeAppended();
  expect(appended.length).toBeLessThanOrEqual(1);
  return appended[0]?.configuration;
}

/** These answer that they have everything up to `index`. */
function matchedBy(index: number, ...peers: readonly string[]): void {
  for (const peer of peers) fixture.matched(peer, index);
}

/** What the askers are told. */
const outcomes = (): unknown[] => fixture.takeAll('proposeReply').map(({ outcome }) => outcome);

/** Lets a heartbeat interval pass in which this node's own log store answers, and these peers do. */
function pass(peers: Readonly<Record<string, number>> = {}): void {
  fixture.roundConfirmed(0);
  for (const [peer, index] of Object.entries(peers)) fixture.matched(peer, index);
  fixture.elapse(settings.heartbeatIntervalMs);
}

describe('a change', () => {
  test('is not begun before an entry of the own term is committed: else two changes could meet (erratum of 2015)', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.take();
    fixture.change(1, changeOf({ remove: ['n3'] }));
    expect(fixture.take()).toMatchObject([
      { to: 'n2.gateway', message: { kind: 'proposeReply', outcome: { kind: 'refused' } } },
    ]);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.matched('n3', noopIndex);
    fixture.take();
    fixture.change(2, changeOf({ remove: ['n3'] }));
    expect(takeConfiguration()).toEqual(
      members({ voters: ['n1', 'n2'], outgoing: ['n1', 'n2', 'n3'], removed: ['n3'] }),
    );
  });

  test('of the voters is made in two steps, and answered when the second is applied', () => {
    fixture.lead();
    fixture.change(7, changeOf({ remove: ['n3'] }), senderOf('n3', { incarnation: 5 }));
    const target = members({ voters: ['n1', 'n2'], removed: ['n3'] });
    expect(takeConfiguration()).toEqual({ ...target, outgoingVoters: three.voters });
    matchedBy(first, 'n2');
    expect(takeConfiguration()).toEqual(target);
    fixture.applied(first);
    expect(outcomes()).toEqual([]);
    matchedBy(first + 1, 'n2');
    fixture.applied(first + 1);
    expect(fixture.take().filter(({ message }) => message.kind === 'proposeReply')).toMatchObject([
      {
        to: 'n3.gateway',
        message: { incarnation: 5, sequence: 7, outcome: { kind: 'applied', index: first + 1, result: bytes('') } },
      },
    ]);
  });

  test('of the learners alone is made in one step', () => {
    fixture.lead();
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    expect(takeConfiguration()).toEqual(members({ voters: ['n1', 'n2', 'n3'], learners: ['n4'] }));
    matchedBy(first, 'n2');
    expect(takeConfiguration()).toBeUndefined();
    fixture.applied(first);
    expect(outcomes()).toMatchObject([{ kind: 'applied', index: first }]);
  });

  test('gives whoever comes a replicator, from the end of the log on', () => {
    fixture.lead();
    fixture.change(1, changeOf({ add: [learner('n4'), learner('n5')] }));
    expect([...fixture.context.spawned].sort()).toEqual(['n2', 'n3', 'n4', 'n5'].map((id) => `replicator/${id}`));
  });

  test('waits with the commands that came before it, and shares their append', () => {
    fixture.lead();
    fixture.propose(1, 'a');
    fixture.propose(2, 'b');
    fixture.change(3, changeOf({ add: [learner('n4')] }));
    fixture.propose(4, 'c');
    fixture.take();
    fixture.appended(first);
    const kinds = fixture
      .takeAppended()
      .map(({ configuration }) => (configuration === null ? 'command' : 'configuration'));
    expect(kinds).toEqual(['command', 'configuration', 'command']);
  });

  test.each<[string, () => void]>([
    ['waits for its place', () => fixture.propose(1, 'a')],
    ['is not committed', () => {}],
    ['is in its first step', () => matchedBy(first - 1, 'n2')],
  ])('is refused while another %s', (_, before) => {
    fixture.lead();
    before();
    fixture.change(2, changeOf({ remove: ['n3'] }));
    fixture.change(3, changeOf({ add: [learner('n4')] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'ChangeInProgress' }]);
  });

  test('is refused while another is in its second step, and taken when that is committed', () => {
    fixture.lead();
    fixture.change(2, changeOf({ remove: ['n3'] }));
    takeConfiguration();
    matchedBy(first, 'n2');
    takeConfiguration();
    fixture.change(3, changeOf({ add: [learner('n4')] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'ChangeInProgress' }]);
    matchedBy(first + 1, 'n2');
    fixture.change(4, changeOf({ add: [learner('n4')] }));
    expect(takeConfiguration()).toMatchObject({ learners: [{ id: 'n4' }] });
  });

  test('that makes no sense is told so, and nothing changes', () => {
    fixture.lead();
    fixture.change(1, changeOf({ remove: ['n9'] }));
    const sent = fixture.take();
    expect(sent).toMatchObject([
      { to: 'n2.gateway', message: { sequence: 1, outcome: { kind: 'rejected', code: 'NoSuchMember' } } },
    ]);
  });

  test('of another term is not taken', () => {
    fixture.lead();
    fixture.change(1, changeOf({ remove: ['n3'] }), senderOf('n2'), { inTerm: officeTerm - 1 });
    expect(outcomes()).toMatchObject([{ kind: 'refused' }]);
    expect(takeConfiguration()).toBeUndefined();
  });

  test('is taken once: a repeat is answered when there is an answer', () => {
    fixture.lead();
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    expect(fixture.takeAll('proposeReply')).toEqual([]);
    fixture.appended(first);
    fixture.durable(first);
    matchedBy(first, 'n2');
    fixture.applied(first);
    fixture.take();
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    expect(fixture.takeOne('proposeReply')).toMatchObject({ outcome: { kind: 'applied', index: first } });
  });

  test('that was refused is not made when a late copy of it comes: its asker was told that nothing has changed', () => {
    fixture.lead();
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    takeConfiguration();
    fixture.change(2, changeOf({ remove: ['n3'] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'ChangeInProgress' }]);
    matchedBy(first, 'n2', 'n3');
    fixture.take();
    fixture.change(2, changeOf({ remove: ['n3'] }));
    expect(fixture.take()).toMatchObject([{ message: { outcome: { kind: 'rejected', code: 'ChangeInProgress' } } }]);
  });

  test('that came before the leader could take it is not made when a late copy of it comes', () => {
    fixture.grant();
    fixture.change(1, changeOf({ remove: ['n3'] }));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    matchedBy(noopIndex, 'n2', 'n3');
    fixture.take();
    fixture.change(1, changeOf({ remove: ['n3'] }));
    expect(fixture.take()).toMatchObject([{ message: { outcome: { kind: 'refused' } } }]);
  });
});

describe('whose disks count', () => {
  /** Two of three are replaced. */
  function replaceTwo(): void {
    const learners = [learner('n4', { replaces: 'n2' }), learner('n5', { replaces: 'n3' })];
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners }));
    matchedBy(noopIndex, 'n4', 'n5');
    fixture.take();
    fixture.change(1, changeOf({ promote: ['n4', 'n5'] }));
    expect(takeConfiguration()).toMatchObject({ voters: [{ id: 'n1' }, { id: 'n4' }, { id: 'n5' }] });
  }

  test.each<[string, readonly string[], boolean]>([
    ['the new majority alone', ['n4', 'n5'], false],
    ['the majority before alone', ['n2', 'n3'], false],
    ['both, with one in each', ['n2', 'n4'], true],
  ])('for the joint configuration itself: not %s', (_, peers, isCommitted) => {
    replaceTwo();
    matchedBy(first, ...peers);
    expect(fixture.takeAll('commit').length > 0).toBe(isCommitted);
  });

  test('the configuration counts before it is in the log: what was sent earlier is counted by it too', () => {
    const learners = [learner('n4')];
    fixture.lead(members({ voters: ['n1', 'n2'], learners }));
    matchedBy(noopIndex, 'n4');
    fixture.propose(1, 'a');
    fixture.change(2, changeOf({ promote: ['n4'], remove: ['n2'] }));
    fixture.appended(first);
    fixture.durable(first);
    fixture.take();
    matchedBy(first, 'n2');
    expect(fixture.takeAll('commit')).toEqual([]);
    matchedBy(first, 'n4');
    expect(fixture.takeAll('commit')).toMatchObject([{ commitIndex: first }]);
  });

  test('those of the new voters alone, for the configuration that ends the change', () => {
    replaceTwo();
    matchedBy(first, 'n2', 'n4', 'n5');
    expect(takeConfiguration()).toMatchObject({ outgoingVoters: [] });
    matchedBy(first + 1, 'n2', 'n3');
    expect(fixture.takeAll('commit')).toEqual([]);
    matchedBy(first + 1, 'n5');
    expect(fixture.takeAll('commit')).toMatchObject([{ commitIndex: first + 1 }]);
  });

  test('check-quorum: a leader that hears the new voters alone gives up', () => {
    replaceTwo();
    for (let passedMs = 0; passedMs <= settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
      pass({ n4: first, n5: first });
    }
    expect(fixture.takeAll('leadershipLost').length).toBeGreaterThan(0);
  });

  test('a read is confirmed by both majorities', () => {
    replaceTwo();
    fixture.readIndex(5);
    const round = fixture.takeRound();
    fixture.roundConfirmed(round);
    fixture.matched('n4', noopIndex, round);
    fixture.matched('n5', noopIndex, round);
    expect(fixture.takeAll('readIndexReply')).toEqual([]);
    fixture.matched('n3', noopIndex, round);
    expect(fixture.takeOne('readIndexReply')).toMatchObject({ readIndex: noopIndex });
  });

  test('not a learner’s', () => {
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners: ['n4'] }));
    fixture.propose(1, 'a');
    fixture.appended(first);
    fixture.durable(first);
    fixture.take();
    matchedBy(first, 'n4');
    expect(fixture.takeAll('commit')).toEqual([]);
  });
});

describe('what a predecessor began', () => {
  const target = members({ voters: ['n1', 'n2'], removed: ['n3'] });
  const joint = { ...target, outgoingVoters: three.voters };

  test.each([
    ['committed', 2],
    ['not committed', startIndex],
  ])('is finished when the no-op is committed: a joint configuration that was %s', (_, index) => {
    fixture.grant(joint, officeTerm, index);
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.take();
    matchedBy(noopIndex, 'n2');
    expect(takeConfiguration()).toEqual(target);
    matchedBy(first, 'n2');
    pass({ n2: first });
    expect(takeConfiguration()).toBeUndefined();
  });

  test('is finished with both majorities only', () => {
    fixture.grant(members({ voters: ['n4', 'n5', 'n1'], outgoing: ['n1', 'n2', 'n3'] }), officeTerm, startIndex);
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.take();
    matchedBy(noopIndex, 'n4', 'n5');
    expect(takeConfiguration()).toBeUndefined();
    matchedBy(noopIndex, 'n3');
    expect(takeConfiguration()).toMatchObject({ outgoingVoters: [] });
  });

  test('goes on until then: no other change', () => {
    fixture.lead(joint, startIndex);
    fixture.change(1, changeOf({ add: [learner('n4')] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'ChangeInProgress' }]);
  });
});

describe('a learner that is to have a vote by itself', () => {
  const eager = (id: string): ReturnType<typeof learner> => learner(id, { isPromotedWhenCaughtUp: true });
  const promotedIds = (): string[] =>
    fixture
      .takeAppended()
      .flatMap(({ configuration }) => configuration?.voters ?? [])
      .map(({ id }) => id);

  test('gets it when it has caught up', () => {
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners: [eager('n4'), learner('n5')] }));
    pass({ n4: noopIndex, n5: noopIndex });
    expect(promotedIds()).toEqual(['n1', 'n2', 'n3', 'n4']);
  });

  test('gets it together with all others that have', () => {
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners: [eager('n4'), eager('n5'), eager('n6')] }));
    pass({ n4: noopIndex, n6: noopIndex });
    expect(promotedIds()).toEqual(['n1', 'n2', 'n3', 'n4', 'n6']);
  });

  test('gets none as long as it lags', () => {
    fixture = new LeaderFixture({ settings: { maxPromotionLagEntries: 2 } });
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners: [eager('n4')] }));
    pass({ n4: noopIndex - 3 });
    expect(promotedIds()).toEqual([]);
    pass({ n4: noopIndex - 2 });
    expect(promotedIds()).toContain('n4');
  });

  test('gets none if it was never heard of: a group of two, one of them a machine that is not there, could do nothing', () => {
    fixture.lead(members({ voters: ['n1'], learners: [eager('n2')] }));
    pass();
    expect(promotedIds()).toEqual([]);
    fixture.change(1, changeOf({ promote: ['n2'] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'NotCaughtUp' }]);
    pass({ n2: noopIndex });
    expect(promotedIds()).toEqual(['n1', 'n2']);
  });

  test('gets none if it is silent by now', () => {
    fixture.lead(members({ voters: ['n1'], learners: [eager('n2')] }));
    fixture.change(1, changeOf({ add: [learner('n3')] }));
    fixture.matched('n2', first);
    for (let passedMs = 0; passedMs <= settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) pass();
    fixture.takeAppended();
    pass();
    expect(promotedIds()).toEqual([]);
    pass({ n2: first });
    expect(promotedIds()).toEqual(['n1', 'n2']);
  });

  test('gets none before an entry of this leader’s term is committed', () => {
    fixture.grant(members({ voters: ['n1', 'n2', 'n3'], learners: [eager('n4')] }));
    fixture.appended(noopIndex);
    fixture.take();
    pass({ n4: noopIndex });
    expect(promotedIds()).not.toContain('n4');
  });
});

describe('a change that would leave no majority that is alive', () => {
  test('is refused: the joint configuration could not be committed, and not be taken back', () => {
    fixture.lead();
    for (let passedMs = 0; passedMs <= settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
      pass({ n2: noopIndex });
    }
    fixture.take();
    fixture.change(1, changeOf({ remove: ['n2'] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'NoQuorum' }]);
    fixture.change(2, changeOf({ remove: ['n3'] }));
    expect(takeConfiguration()).toMatchObject({ voters: [{ id: 'n1' }, { id: 'n2' }] });
  });

  test('is refused by a leader that has just won, while the machine that failed then cannot have been heard of', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.take();
    fixture.change(1, changeOf({ remove: ['n2'] }));
    expect(outcomes()).toMatchObject([{ kind: 'rejected', code: 'NoQuorum' }]);
  });

  test('is made if it is forced', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    fixture.take();
    fixture.change(1, changeOf({ remove: ['n2'], force: true }));
    expect(takeConfiguration()).toMatchObject({ voters: [{ id: 'n1' }, { id: 'n3' }] });
  });
});

describe('a leader that is removed', () => {
  /** Both steps are in its log, and the first is committed. */
  function removeSelf(): void {
    fixture.lead();
    fixture.change(1, changeOf({ remove: ['n1'] }));
    takeConfiguration();
    matchedBy(first, 'n2', 'n3');
    expect(takeConfiguration()).toEqual(members({ voters: ['n2', 'n3'], removed: ['n1'] }));
  }

  test('does not count its own disk for its removal (dissertation §4.2.2)', () => {
    removeSelf();
    matchedBy(first + 1, 'n2');
    expect(fixture.takeAll('commit')).toEqual([]);
    matchedBy(first + 1, 'n3');
    expect(fixture.takeAll('commit')).toMatchObject([{ commitIndex: first + 1 }]);
  });

  test('commits it, tells whoever asked, has the one with the longest log campaign, and steps down', () => {
    removeSelf();
    matchedBy(first + 1, 'n2', 'n3');
    expect(fixture.takeAll('leadershipLost')).toEqual([]);
    fixture.applied(first, first + 1);
    const told = fixture.take().map(({ to, message }) => [to, message.kind]);
    expect(told).toContainEqual(['n2.gateway', 'proposeReply']);
    expect(told).toContainEqual(['n2.election', 'timeoutNow']);
    expect(told.at(-1)).toEqual(['n1.election', 'leadershipLost']);
  });

  test('proposes nothing after it: what waits is refused, so that its gateway asks the next leader', () => {
    removeSelf();
    fixture.propose(2, 'a', senderOf('n3'));
    expect(fixture.takeAll('append')).toEqual([]);
    matchedBy(first + 1, 'n2', 'n3');
    fixture.applied(first, first + 1);
    expect(fixture.takeAll('proposeReply')).toMatchObject([
      { sequence: 1, outcome: { kind: 'applied' } },
      { sequence: 2, outcome: { kind: 'refused' } },
    ]);
  });

  test('takes no other change: the next leader may', () => {
    removeSelf();
    matchedBy(first + 1, 'n2', 'n3');
    fixture.take();
    fixture.change(2, changeOf({ add: [learner('n4')] }), senderOf('n3'));
    expect(outcomes()).toMatchObject([{ kind: 'refused' }]);
  });

  test('serves reads until then, confirmed by those that stay', () => {
    removeSelf();
    fixture.readIndex(5);
    const round = fixture.takeRound();
    fixture.roundConfirmed(round);
    fixture.matched('n2', first, round);
    expect(fixture.takeAll('readIndexReply')).toEqual([]);
    fixture.matched('n3', first, round);
    expect(fixture.takeAll('readIndexReply')).toMatchObject([{ readIndex: first }]);
  });
});

describe('whoever was removed', () => {
  const tenTimeoutsMs = 10 * settings.electionTimeoutMaxMs;

  test('gets the log for a while yet, so that it hears of it, and then no more', () => {
    fixture.lead();
    fixture.change(1, changeOf({ remove: ['n3'] }));
    takeConfiguration();
    matchedBy(first, 'n2');
    takeConfiguration();
    fixture.take();
    matchedBy(first + 1, 'n2', 'n3');
    const heard = fixture.take().filter(({ message }) => message.kind === 'advance');
    expect(heard).toContainEqual({
      to: 'n1.replicator/n3',
      message: expect.objectContaining({ commitIndex: first + 1 }),
    });
    for (let passedMs = 0; passedMs < tenTimeoutsMs - settings.heartbeatIntervalMs; ) {
      pass({ n2: first + 1 });
      passedMs += settings.heartbeatIntervalMs;
    }
    expect(fixture.context.stopped).toEqual([]);
    pass({ n2: first + 1 });
    pass({ n2: first + 1 });
    expect(fixture.context.stopped).toEqual(['replicator/n3']);
  });

  test('is counted no more, and no peer for people', () => {
    fixture.lead();
    fixture.change(1, changeOf({ remove: ['n3'] }));
    takeConfiguration();
    matchedBy(first, 'n2');
    takeConfiguration();
    fixture.take();
    matchedBy(first + 1, 'n3');
    expect(fixture.takeAll('commit')).toEqual([]);
    fixture.receive({ kind: 'describe', request: 1 });
    expect(fixture.takeOne('described')).toMatchObject({ part: { peers: [{ id: 'n2' }] } });
  });
});
