import { describe, expect, test } from 'vitest';
import { encodeConfiguration, InvariantViolated, term } from '../src/index.ts';
import { entriesOf, entryOf, termsOf, votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';
import { usualTimeouts } from './support/timeouts.ts';

describe('Raft figure 2, AppendEntries RPC, receiver', () => {
  test('1. replies false if term < currentTerm', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 2] });
    store.append({ term: 2, prev: [2, 2], entries: entriesOf([2], 3) });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, term: 3 });
    expect(termsOf(store.log)).toEqual([1, 2]);
  });

  test('1. a leader of a term that has passed is not heard as one', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.append({ term: 2 });
    expect(store.takeAll('leaderHeard')).toEqual([]);
  });

  test('2. replies false if the log has no entry at prevLogIndex whose term matches prevLogTerm', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 2] });
    store.append({ term: 3, prev: [2, 1], entries: entriesOf([3], 3) });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, term: 3 });
    store.append({ term: 3, prev: [3, 2], entries: entriesOf([3], 4) });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false });
    expect(termsOf(store.log)).toEqual([1, 2]);
  });

  test('2. a refusal names the last index whose term is not above prevLogTerm, and that term', () => {
    const store = new LogStoreFixture({ currentTerm: 6, log: [1, 1, 2, 4, 4, 4] });
    store.append({ term: 6, prev: [6, 3] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, conflictIndex: 3, conflictTerm: 2 });
  });

  test('2. a refusal for a log that is too short names its end', () => {
    const store = new LogStoreFixture({ currentTerm: 6, log: [1, 1, 2] });
    store.append({ term: 6, prev: [9, 5] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, conflictIndex: 3, conflictTerm: 2 });
  });

  test('3. an entry that conflicts with a new one (same index, other term) goes, and all that follow it', () => {
    const store = new LogStoreFixture({ currentTerm: 4, log: [1, 2, 2, 2] });
    store.append({ term: 4, prev: [1, 1], entries: entriesOf([4], 2) });
    expect(termsOf(store.log)).toEqual([1, 4]);
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: true, matchIndex: 2 });
  });

  test('3. only a real conflict truncates: an append that comes late leaves what followed it alone', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2, 2, 2] });
    store.append({ term: 2, prev: [1, 1], entries: entriesOf([2], 2) });
    store.append({ term: 2, prev: [1, 1] });
    expect(termsOf(store.log)).toEqual([1, 2, 2, 2]);
  });

  test('3. to truncate at or below commitIndex would lose what was promised: the node stops', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2, 2] });
    store.append({ term: 2, prev: [3, 2], leaderCommit: 2 });
    expect(() => store.append({ term: 3, prev: [1, 1], entries: entriesOf([3], 2) })).toThrow(InvariantViolated);
    expect(termsOf(store.log)).toEqual([1, 2, 2]);
  });

  test('3. above commitIndex it may', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2, 2] });
    store.append({ term: 2, prev: [3, 2], leaderCommit: 2 });
    store.append({ term: 3, prev: [2, 2], entries: entriesOf([3], 3) });
    expect(termsOf(store.log)).toEqual([1, 2, 3]);
  });

  test('4. appends the entries that are not in the log yet', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2] });
    store.append({ term: 2, prev: [1, 1], entries: entriesOf([2, 2, 2], 2) });
    expect(store.log).toEqual(entriesOf([1, 2, 2, 2]));
  });

  test('5. commitIndex rises to min(leaderCommit, last new entry)', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2] });
    store.append({ term: 2, prev: [2, 2], entries: entriesOf([2, 2], 3), leaderCommit: 3 });
    expect(store.takeAll('committed').at(-1)).toMatchObject({ index: 3 });
    store.append({ term: 2, prev: [4, 2], leaderCommit: 9 });
    expect(store.takeOne('committed')).toMatchObject({ index: 4 });
  });

  test('5. the last new entry is that of this very message: what the log holds beyond it may be another leader’s', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 2, 2, 2] });
    store.append({ term: 3, prev: [1, 1], leaderCommit: 3 });
    expect(store.takeOne('committed')).toMatchObject({ index: 1 });
  });

  test('5. commitIndex never goes back', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1, 2, 2] });
    store.append({ term: 2, prev: [3, 2], leaderCommit: 3 });
    store.append({ term: 2, prev: [3, 2], leaderCommit: 1 });
    store.take();
    store.receive({ kind: 'describe', request: 1 });
    expect(store.takeOne('described')).toMatchObject({ part: { commitIndex: 3 } });
  });
});

describe('AppendEntries, beyond the figure', () => {
  test('one that holds an entry of a later term than its own is dropped: a deposed leader’s, of its successor’s log', () => {
    const store = new LogStoreFixture({ currentTerm: 2 });
    store.append({ term: 2, entries: entriesOf([2, 3]) });
    expect(store.log).toEqual([]);
    expect(store.takeAll('appendEntriesReply')).toEqual([]);
  });

  test('one whose entries do not follow its prevLogIndex is dropped, and the node goes on', () => {
    const store = new LogStoreFixture({ currentTerm: 2, log: [1] });
    store.append({ term: 2, prev: [1, 1], entries: [entryOf(2, 3)] });
    store.append({ term: 2, prev: [1, 1], entries: [entryOf(2, 1)] });
    expect(termsOf(store.log)).toEqual([1]);
    expect(store.takeAll('appendEntriesReply')).toEqual([]);
  });

  test('a reply echoes whom it answers: incarnation and sequence, and the round that was asked to be confirmed', () => {
    const store = new LogStoreFixture({ currentTerm: 2 });
    store.append({ term: 2, round: 5 }, senderOf('n2', { incarnation: 9 }));
    const [sent] = store.take().filter(({ message }) => message.kind === 'appendEntriesReply');
    expect(sent).toMatchObject({ to: 'n2.replicator/n1', message: { incarnation: 9, sequence: 1, round: 5 } });
  });

  test('a second leader in the term that this node leads stops the node', () => {
    const store = new LogStoreFixture();
    store.lead();
    expect(() => store.append({ term: 1 })).toThrow(InvariantViolated);
  });
});

describe('Raft figure 2, rules for servers: what the log store does of them', () => {
  test('all servers, 1: what is committed goes to the applier, again until it is applied', () => {
    const store = new LogStoreFixture({ currentTerm: 1, log: [1, 1] });
    store.append({ term: 1, prev: [2, 1], leaderCommit: 2 });
    expect(store.takeOne('committed')).toMatchObject({ index: 2, leaderTerm: null });
    store.context.elapse(store.actor, 100);
    expect(store.takeOne('committed')).toMatchObject({ index: 2 });
    store.receive({ kind: 'applied', index: store.storage.lastIndex });
    store.context.elapse(store.actor, 1000);
    expect(store.takeAll('committed')).toEqual([]);
  });

  test('all servers, 2: a higher term in a request is taken over, with the vote free, and the election is told', () => {
    const store = new LogStoreFixture({ currentTerm: 2, votedFor: 'n3' });
    store.append({ term: 4 });
    expect(store.storage.hardState).toEqual({ currentTerm: 4, votedFor: null });
    expect(store.takeOne('termChanged')).toMatchObject({ term: 4 });
  });

  test('all servers, 2: a higher term in a reply is taken over', () => {
    const store = new LogStoreFixture({ currentTerm: 2, votedFor: 'n3' });
    store.receive({ kind: 'observeTerm', term: term(2) });
    expect(store.storage.hardState).toEqual({ currentTerm: 2, votedFor: 'n3' });
    store.receive({ kind: 'observeTerm', term: term(5) });
    expect(store.storage.hardState).toEqual({ currentTerm: 5, votedFor: null });
  });

  test('followers, 1: an AppendEntries of the current leader is told to the election', () => {
    const store = new LogStoreFixture({ currentTerm: 2 });
    store.append({ term: 2 });
    expect(store.takeOne('leaderHeard')).toEqual({ kind: 'leaderHeard', term: 2, leader: 'n2', ...usualTimeouts });
  });

  test('followers, 1: with the election timeouts by which all followers of this leader are to count', () => {
    const store = new LogStoreFixture({ currentTerm: 2 });
    const timeouts = { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 };
    store.append({ term: 2, timeouts });
    expect(store.takeOne('leaderHeard')).toMatchObject(timeouts);
  });

  test('state kept: term, vote and log are what a log store begins with, commitIndex is what was applied', () => {
    const store = new LogStoreFixture({ currentTerm: 7, votedFor: 'n2', log: [1, 7, 7], lastApplied: 2 });
    store.requestVote({ term: 7, last: [3, 7] }, senderOf('n3'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ term: 7, voteGranted: false });
    store.receive({ kind: 'describe', request: 1 });
    expect(store.takeOne('described')).toMatchObject({ part: { commitIndex: 2, lastLogIndex: 3, durableIndex: 3 } });
  });

  test('state kept: a state machine that is ahead of the log belongs to another log, and the node does not start', () => {
    expect(() => new LogStoreFixture({ log: [1], lastApplied: 2 })).toThrow(InvariantViolated);
  });
});

test('configurations are told when they are known to be committed, each once, and the one that there is at once', () => {
  const fixture = new LogStoreFixture();
  const initial = votersOf('n1', 'n2', 'n3');
  const entries = [votersOf('n1', 'n2'), votersOf('n1', 'n2', 'n4')].map((configuration, at) => ({
    ...entryOf(1, 2 * at + 1, encodeConfiguration(configuration)),
    kind: 'configuration' as const,
  }));
  const [first, second] = entries;
  if (first === undefined || second === undefined) throw new Error('two entries');
  fixture.append({ term: 1, entries: [first, entryOf(1, 2), second] });
  expect(fixture.committed).toEqual([initial]);
  for (const leaderCommit of [1, 2]) fixture.append({ term: 1, prev: [3, 1], leaderCommit });
  expect(fixture.committed).toEqual([initial, votersOf('n1', 'n2')]);
  fixture.append({ term: 1, prev: [3, 1], leaderCommit: 2 });
  fixture.append({ term: 1, prev: [3, 1], leaderCommit: 3 });
  expect(fixture.committed).toEqual([initial, votersOf('n1', 'n2'), votersOf('n1', 'n2', 'n4')]);
});
