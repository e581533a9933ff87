import { describe, expect, test } from 'vitest';
import { type Configuration, logIndex, term } from '../src/index.ts';
import { entryOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';
import { configurationEntry, members } from './support/members.ts';

const first = members({ voters: ['n1', 'n2', 'n3'] });
const four = members({ voters: ['n1', 'n2', 'n3', 'n4'] });
const without = members({ voters: ['n2', 'n3'], removed: ['n1'] });
const joint = { ...without, outgoingVoters: first.voters };

/** What a campaign of this node would be counted under. */
function configurationOf(store: LogStoreFixture): unknown {
  store.take();
  store.receive({ kind: 'prepareCampaign', attempt: 1 });
  return store.takeOne('campaignPrepared').configuration;
}

const campaign = (store: LogStoreFixture, fromTerm: number): void =>
  store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(fromTerm), isTransfer: false });

describe('the configuration', () => {
  test('is the one that the group began with, in a log that holds none', () => {
    expect(configurationOf(new LogStoreFixture({ log: [1], currentTerm: 1 }))).toEqual(first);
  });

  test('is the newest in the log, committed or not, on disk or not (Raft §6)', () => {
    const store = new LogStoreFixture({ currentTerm: 1, flushes: false });
    store.append({ term: 1, entries: [configurationEntry(1, 1, four)] });
    expect(configurationOf(store)).toEqual(four);
    store.append({ term: 1, prev: [1, 1], entries: [entryOf(1, 2), configurationEntry(1, 3, joint)] });
    expect(configurationOf(store)).toEqual(joint);
  });

  test('is the former one again when the log is cut off: an uncommitted change has never been', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1, entries: [configurationEntry(1, 1, four), configurationEntry(1, 2, joint)] });
    store.append({ term: 2, prev: [1, 1], entries: [entryOf(2, 2)] }, senderOf('n3'));
    expect(configurationOf(store)).toEqual(four);
    store.append({ term: 3, prev: [0, 0], entries: [entryOf(3, 1)] });
    expect(configurationOf(store)).toEqual(first);
  });

  test('is another one when the cut and the next come in one append', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1, entries: [configurationEntry(1, 1, four)] });
    store.append({ term: 2, entries: [entryOf(2, 1), configurationEntry(2, 2, joint)] }, senderOf('n3'));
    expect(configurationOf(store)).toEqual(joint);
  });

  test('comes with the token, and with its place, so that the leader knows whether it is committed', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({
      term: 1,
      entries: [entryOf(1, 1), configurationEntry(1, 2, joint), entryOf(1, 3)],
      leaderCommit: 1,
    });
    store.context.nowMs += 1000;
    campaign(store, 1);
    store.take();
    store.receive({ kind: 'becomeLeader', term: term(2), asker: 7 });
    expect(store.takeOne('leadershipGranted')).toMatchObject({
      configuration: joint,
      configurationIndex: 2,
      commitIndex: 1,
      lastLogIndex: 3,
    });
  });

  test('of the leader’s own append counts at once, too', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(0), entries: [configurationEntry(1, 1, joint)] });
    expect(configurationOf(store)).toEqual(joint);
  });
});

describe('a campaign', () => {
  test.each<[string, Configuration, boolean]>([
    ['that is no voter any more', without, false],
    ['that is a learner', members({ voters: ['n2', 'n3'], learners: ['n1'] }), false],
    ['that is to go, while the voters change', joint, true],
    ['that is to come, while the voters change', members({ voters: ['n1'], outgoing: ['n2', 'n3'] }), true],
    [
      'whose disk is not the one that is listed',
      {
        ...first,
        voters: first.voters.map((one) => ({ ...one, storageId: 'lost' })),
      },
      false,
    ],
  ])('of a node %s: allowed %j', (_, configuration, isAllowed) => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1, entries: [configurationEntry(1, 1, configuration)], leaderCommit: 1 });
    store.context.nowMs += 1000;
    store.take();
    campaign(store, 1);
    expect(store.take().map(({ message }) => message.kind)).toEqual([isAllowed ? 'campaigned' : 'campaignRefused']);
    expect(store.storage.hardState.currentTerm).toBe(isAllowed ? 2 : 1);
  });

  test('of a node that is a voter until its own removal is committed is allowed: nobody else may have the entry (dissertation §4.2.2)', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1, entries: [configurationEntry(1, 1, without)] });
    store.context.nowMs += 1000;
    store.take();
    campaign(store, 1);
    expect(store.takeOne('campaigned').configuration).toEqual(without);
  });

  test('that the leader has asked for breaks the promise to it; any other does not', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1 });
    store.take();
    campaign(store, 1);
    expect(store.takeAll('campaignRefused')).toHaveLength(1);
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(1), isTransfer: true });
    expect(store.takeOne('campaigned')).toMatchObject({ term: 2 });
  });

  test('that the leader of an earlier term has asked for is refused', () => {
    const store = new LogStoreFixture({ currentTerm: 2 });
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(1), isTransfer: true });
    expect(store.takeAll('campaignRefused')).toHaveLength(1);
  });
});

describe('a vote', () => {
  test.each<[string, Configuration]>([
    ['a learner', members({ voters: ['n2', 'n3'], learners: ['n1'] })],
    ['no member', members({ voters: ['n2', 'n3'] })],
  ])(
    'is given by %s as well: the candidate may have it as a voter already (etcd: campaign_learner_must_vote)',
    (_, own) => {
      const store = new LogStoreFixture({ currentTerm: 1 });
      store.append({ term: 1, entries: [configurationEntry(1, 1, own)] });
      store.context.nowMs += 1000;
      store.take();
      store.requestVote({ term: 2, last: [2, 1], pre: true }, senderOf('n4'));
      expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: true });
      store.requestVote({ term: 2, last: [2, 1] }, senderOf('n4'));
      expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
    },
  );

  describe('of a node that was removed', () => {
    /** n3 is leaving, or has left; all up to `commitIndex` is committed. */
    function storeWith(commitIndex: number, ...configurations: readonly Configuration[]): LogStoreFixture {
      const store = new LogStoreFixture({ currentTerm: 1 });
      const entries = configurations.map((one, place) => configurationEntry(1, place + 1, one));
      store.append({ term: 1, entries, leaderCommit: commitIndex });
      store.context.nowMs += 1000;
      store.take();
      return store;
    }
    const left = members({ voters: ['n1', 'n2'], removed: ['n3'] });
    const leaving = { ...left, outgoingVoters: first.voters };

    test('is not given when that is committed: it is told so, and its term does not count', () => {
      const store = storeWith(2, leaving, left);
      for (const pre of [true, false]) {
        store.requestVote({ term: 5, last: [9, 4], pre, isTransfer: true }, senderOf('n3', { incarnation: 6 }));
        expect(store.take()).toMatchObject([
          { to: 'n3.election', message: { kind: 'memberRemoved', incarnation: 6, sequence: pre ? 2 : 3 } },
        ]);
      }
      expect(store.storage.hardState).toMatchObject({ currentTerm: 1, votedFor: null });
    });

    test.each<[string, number, readonly Configuration[]]>([
      ['not committed', 1, [leaving, left]],
      ['not final', 1, [leaving]],
      ['not committed, of a learner', 1, [members({ voters: ['n1', 'n2'], learners: ['n3'] }), left]],
    ])('is given as long as that is %s', (_, commitIndex, configurations) => {
      const store = storeWith(commitIndex, ...configurations);
      store.requestVote({ term: 2, last: [9, 1] }, senderOf('n3'));
      expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
    });
  });

  test('that the leader has asked for is given though the leader was just heard, and only to a log that is up to date', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.append({ term: 1, entries: [entryOf(1, 1)] });
    store.take();
    store.requestVote({ term: 2, last: [0, 0], isTransfer: true }, senderOf('n3'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ term: 2, voteGranted: false });
    store.append({ term: 2, prev: [1, 1] });
    store.take();
    store.requestVote({ term: 3, last: [1, 1], isTransfer: true }, senderOf('n3'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ term: 3, voteGranted: true });
  });
});
