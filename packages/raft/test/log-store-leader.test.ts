import { describe, expect, test } from 'vitest';
import { InvariantViolated, leaderToken, logIndex, term } from '../src/index.ts';
import { entryBytes } from '../src/storage/entry-bytes.ts';
import { entriesOf, entryOf, termsOf, timeOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';
import { snapshotAt } from './support/snapshots.ts';

const room = { maxEntries: 100, maxBytes: 1e6 };

describe('the leader token', () => {
  test('comes with the end of the log, commitIndex and the voters', () => {
    const store = new LogStoreFixture({ log: [1, 2], currentTerm: 2, lastApplied: 1 });
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(2), isTransfer: false });
    store.receive({ kind: 'becomeLeader', term: term(3), asker: 7 });
    expect(store.takeOne('leadershipGranted')).toMatchObject({ term: 3, lastLogIndex: 2, commitIndex: 1 });
  });

  test('comes with what the log holds beyond commitIndex, in bytes of commands', () => {
    const store = new LogStoreFixture({ log: [1, 1, 1, 2, 2], currentTerm: 2, lastApplied: 1 });
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(2), isTransfer: false });
    store.receive({ kind: 'becomeLeader', term: term(3), asker: 7 });
    const each = entryBytes(entryOf(5, 2));
    expect(store.takeOne('leadershipGranted')).toMatchObject({ uncommittedBytes: 4 * each, countedThrough: 5 });
  });

  test('comes with no more than a page of a long tail, for nothing is sent while it is read; the rest is there for the asking', () => {
    const log = new Array<number>(2_500).fill(1);
    const store = new LogStoreFixture({ log, currentTerm: 1, lastApplied: 100 });
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(1), isTransfer: false });
    store.receive({ kind: 'becomeLeader', term: term(2), asker: 7 });
    const granted = store.takeOne('leadershipGranted');
    const token = leaderToken(Number(granted.token));
    const bytesOf = (from: number, through: number): number =>
      entriesOf(log, 1)
        .filter(({ index }) => index >= from && index <= through)
        .reduce((bytes, entry) => bytes + entryBytes(entry), 0);
    expect(granted).toMatchObject({ uncommittedBytes: bytesOf(101, 1_124), countedThrough: 1_124 });

    const next = (after: number): unknown => {
      store.receive({ kind: 'countUncommitted', token, after: logIndex(after) });
      return store.takeOne('uncommittedCounted');
    };
    expect(next(1_124)).toMatchObject({ after: 1_124, uncommittedBytes: bytesOf(1_125, 2_148), countedThrough: 2_148 });
    expect(next(2_148)).toMatchObject({ after: 2_148, uncommittedBytes: bytesOf(2_149, 2_500), countedThrough: 2_500 });
    expect(next(2_500)).toMatchObject({ uncommittedBytes: 0, countedThrough: 2_500 });
  });

  test('comes with the time of the last entry, also of one that only the snapshot has: there time goes on', () => {
    const store = new LogStoreFixture({ log: [1, 1], currentTerm: 1 });
    store.lead();
    store.receive({ kind: 'becomeLeader', term: term(2), asker: 7 });
    expect(store.takeOne('leadershipGranted')).toMatchObject({ lastTime: timeOf(2) });

    const compacted = new LogStoreFixture({ log: [1, 1], currentTerm: 1 });
    compacted.storage.setSnapshot(snapshotAt(2, 1));
    compacted.storage.compact(logIndex(2));
    compacted.lead();
    compacted.receive({ kind: 'becomeLeader', term: term(2), asker: 7 });
    expect(compacted.takeOne('leadershipGranted')).toMatchObject({ lastLogIndex: 2, lastTime: timeOf(2) });
  });

  test('is given to one asker of a term: a second is refused', () => {
    const store = new LogStoreFixture();
    store.lead(7);
    store.receive({ kind: 'becomeLeader', term: term(1), asker: 8 });
    expect(store.take()).toMatchObject([{ to: 'n1.leader', message: { kind: 'leadershipRefused', term: 1 } }]);
  });

  test('is given again to the same asker, whose answer was lost', () => {
    const store = new LogStoreFixture();
    const token = store.lead(7);
    store.receive({ kind: 'becomeLeader', term: term(1), asker: 7 });
    expect(store.takeOne('leadershipGranted')).toMatchObject({ token });
  });

  test('is not given for a term that this incarnation did not campaign for, though its vote is its own', () => {
    const store = new LogStoreFixture({ currentTerm: 4, votedFor: 'n1' });
    store.receive({ kind: 'becomeLeader', term: term(4), asker: 7 });
    expect(store.takeOne('leadershipRefused')).toMatchObject({ term: 4 });
  });

  test('is void after a higher term: no append, no commit, no contents for a replicator', () => {
    const store = new LogStoreFixture({ log: [1], currentTerm: 1 });
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries: entriesOf([2], 2) });
    store.receive({ kind: 'observeTerm', term: term(3) });
    store.take();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(2), entries: entriesOf([2], 3) });
    expect(store.take()).toMatchObject([{ to: 'n1.leader', message: { kind: 'leadershipRefused', term: 3 } }]);
    store.receive({ kind: 'commit', token, commitIndex: logIndex(2) });
    expect(store.takeAll('committed')).toEqual([]);
    const ask = {
      token,
      peer: senderOf('n2').node,
      sequence: 1,
      nextIndex: logIndex(1),
      conflict: null,
      snapshotIndex: null,
      ...room,
    };
    store.receive({ kind: 'prepareAppend', ...ask });
    expect(store.takeAll('appendPrepared')).toEqual([]);
    expect(termsOf(store.log)).toEqual([1, 2]);
  });

  test('is another one in the next office, and the old one is not answered: its holder has been stopped', () => {
    const store = new LogStoreFixture();
    const first = store.lead(7);
    store.receive({ kind: 'observeTerm', term: term(2) });
    store.context.nowMs += 1000;
    store.take();
    const second = store.lead(8);
    expect(second).not.toBe(first);
    store.confirmRound({ token: first, round: 0 });
    expect(store.take()).toEqual([]);
  });
});

describe('append by the own leader', () => {
  test('puts entries at the end of the log and says where it ends', () => {
    const store = new LogStoreFixture({ log: [1], currentTerm: 1 });
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries: entriesOf([2, 2], 2) });
    expect(termsOf(store.log)).toEqual([1, 2, 2]);
    expect(store.takeOne('appended')).toMatchObject({ token, lastLogIndex: 3 });
  });

  test('leaders, append-only: an append for an earlier place never truncates', () => {
    const store = new LogStoreFixture({ log: [1, 1], currentTerm: 1 });
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries: entriesOf([2], 2) });
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries: entriesOf([2, 2], 2) });
    expect(termsOf(store.log)).toEqual([1, 1]);
  });

  test('that is repeated, its answer lost, is answered and appends nothing', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    const append = { kind: 'append', token, prevLogIndex: logIndex(0), entries: entriesOf([1]) } as const;
    store.receive(append);
    store.take();
    store.receive(append);
    expect(store.takeOne('appended')).toMatchObject({ lastLogIndex: 1 });
    expect(store.log).toHaveLength(1);
  });

  test('with a token that was never given does nothing', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.receive({ kind: 'append', token: leaderToken(1), prevLogIndex: logIndex(0), entries: entriesOf([1]) });
    expect(store.log).toEqual([]);
  });

  test('of an entry of another term stops the node', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    const token = store.lead();
    const append = { kind: 'append', token, prevLogIndex: logIndex(0), entries: entriesOf([1]) } as const;
    expect(() => store.receive(append)).toThrow(InvariantViolated);
  });
});

describe('time along the log', () => {
  test.each([
    ['a timestamp that is no later', { timestampUs: timeOf(1).timestampUs }],
    ['a log time that is earlier', { logTimeMs: timeOf(1).logTimeMs - 1 }],
  ])('does not go back: an append with %s stops the node', (_, time) => {
    const store = new LogStoreFixture({ log: [1], currentTerm: 1 });
    const token = store.lead();
    const entries = [{ ...entryOf(2, 2), ...time }];
    expect(() => store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries })).toThrow(
      InvariantViolated,
    );
  });
});

describe('commit by the own leader', () => {
  test('leaders, last row: an entry of an earlier term cannot be committed by counting', () => {
    const store = new LogStoreFixture({ log: [1, 1], currentTerm: 1 });
    const token = store.lead();
    expect(() => store.receive({ kind: 'commit', token, commitIndex: logIndex(2) })).toThrow(InvariantViolated);
  });

  test('one of the own term can, and all before it with it', () => {
    const store = new LogStoreFixture({ log: [1, 1], currentTerm: 1 });
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(2), entries: entriesOf([2], 3) });
    store.receive({ kind: 'commit', token, commitIndex: logIndex(3) });
    expect(store.takeOne('committed')).toMatchObject({ index: 3, leaderTerm: 2 });
  });

  test('nothing beyond the end of the log can', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    expect(() => store.receive({ kind: 'commit', token, commitIndex: logIndex(1) })).toThrow(InvariantViolated);
  });
});

describe('the contents of an AppendEntries', () => {
  const ask = (store: LogStoreFixture, token: ReturnType<LogStoreFixture['lead']>, fields: object) => {
    const base = {
      token,
      peer: senderOf('n2').node,
      sequence: 4,
      nextIndex: logIndex(1),
      conflict: null,
      snapshotIndex: null,
      ...room,
    };
    store.receive({ kind: 'prepareAppend', ...base, ...fields });
    return store.takeOne('appendPrepared');
  };

  test('prevLogIndex, prevLogTerm, entries and leaderCommit come from one reading', () => {
    const store = new LogStoreFixture({ log: [1, 2, 2], currentTerm: 2, lastApplied: 2 });
    const token = store.lead();
    const prepared = ask(store, token, { nextIndex: logIndex(3) });
    expect(prepared).toMatchObject({ sequence: 4, prevLogIndex: 2, prevLogTerm: 2, leaderCommit: 2 });
    expect(prepared.entries).toEqual(entriesOf([2], 3));
  });

  test('keep to the limits, and hold one entry at least', () => {
    const store = new LogStoreFixture({ log: [1, 1, 1], currentTerm: 1 });
    const token = store.lead();
    expect(ask(store, token, { maxEntries: 2 }).entries).toHaveLength(2);
    expect(ask(store, token, { maxBytes: 1 }).entries).toHaveLength(1);
    expect(ask(store, token, { maxEntries: 0 }).entries).toHaveLength(0);
  });

  test('begin where the logs may agree after a conflict: the last entry whose term is not above the follower’s', () => {
    const store = new LogStoreFixture({ log: [1, 1, 2, 5, 5, 5], currentTerm: 5 });
    const token = store.lead();
    const conflict = { conflictIndex: logIndex(5), conflictTerm: term(3) };
    expect(ask(store, token, { nextIndex: logIndex(7), conflict })).toMatchObject({ prevLogIndex: 3, prevLogTerm: 2 });
  });

  test('never begin beyond the end of the log', () => {
    const store = new LogStoreFixture({ log: [1], currentTerm: 1 });
    const token = store.lead();
    expect(ask(store, token, { nextIndex: logIndex(9) })).toMatchObject({
      prevLogIndex: 1,
      prevLogTerm: 1,
      entries: [],
    });
  });
});

describe('a round of confirmation', () => {
  test('is confirmed to the holder of the token', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.confirmRound({ token, round: 3 });
    expect(store.takeOne('roundConfirmed')).toMatchObject({ token, round: 3 });
  });

  test('is not, once this node has voted for another', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.context.nowMs += 1000;
    store.requestVote({ term: 2, last: [9, 1] });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
    store.confirmRound({ token, round: 3 });
    expect(store.take()).toMatchObject([{ message: { kind: 'leadershipRefused', term: 2 } }]);
  });
});
