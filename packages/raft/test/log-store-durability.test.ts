import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../src/index.ts';
import { entriesOf, entryOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture, type LogStoreStart } from './support/log-store-fixture.ts';

const slow = (start: LogStoreStart = {}): LogStoreFixture => new LogStoreFixture({ ...start, flushes: false });

describe('a reply leaves when the term and vote that it names are on disk', () => {
  test('of a vote', () => {
    const store = slow();
    store.requestVote({ term: 1 });
    expect(store.takeAll('requestVoteReply')).toEqual([]);
    store.flush();
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true, term: 1 });
  });

  test('of a vote that was refused in a new term', () => {
    const store = slow({ log: [1], currentTerm: 1 });
    store.requestVote({ term: 2, last: [0, 0] });
    expect(store.takeAll('requestVoteReply')).toEqual([]);
    store.flush();
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false, term: 2 });
  });

  test('of a vote that is asked for again while it is on its way to disk', () => {
    const store = slow();
    store.requestVote({ term: 1 });
    store.beginFlush();
    store.requestVote({ term: 1 });
    expect(store.takeAll('requestVoteReply')).toEqual([]);
    store.endFlush();
    expect(store.takeAll('requestVoteReply')).toHaveLength(2);
  });

  test('of a pre-vote, which names the term', () => {
    const store = slow();
    store.append({ term: 3 });
    store.context.nowMs += 1000;
    store.requestVote({ term: 4, pre: true });
    expect(store.takeAll('requestPreVoteReply')).toEqual([]);
    store.flush();
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: true });
  });

  test('of an AppendEntries, granted or refused', () => {
    const store = slow();
    store.append({ term: 3 });
    store.append({ term: 3, prev: [5, 2] });
    expect(store.takeAll('appendEntriesReply')).toEqual([]);
    store.flush();
    expect(store.takeAll('appendEntriesReply')).toMatchObject([{ success: true }, { success: false }]);
  });

  test('of a campaign: votes are asked for when the own one is on disk', () => {
    const store = slow();
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(0), isTransfer: false });
    expect(store.takeAll('campaigned')).toEqual([]);
    store.flush();
    expect(store.takeOne('campaigned')).toMatchObject({ term: 1 });
  });

  test('a flush that began before the vote does not cover it', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1]) });
    store.beginFlush();
    store.context.nowMs += 1000;
    store.requestVote({ term: 2, last: [9, 1] });
    store.endFlush();
    expect(store.takeAll('requestVoteReply')).toEqual([]);
    store.flush();
    expect(store.takeAll('requestVoteReply')).toHaveLength(1);
  });
});

describe('an acknowledgement says no more than what is on disk', () => {
  test('entries are acknowledged when they are flushed, once for all that the flush held', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1]) });
    store.append({ term: 1, prev: [1, 1], entries: entriesOf([1], 2) });
    expect(store.takeAll('appendEntriesReply')).toEqual([]);
    store.flush();
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: true, sequence: 2, matchIndex: 2 });
  });

  test('a heartbeat’s reply does not wait for them, and does not count them', () => {
    const store = slow({ currentTerm: 1, log: [1] });
    store.append({ term: 1, prev: [1, 1], entries: entriesOf([1], 2) });
    store.append({ term: 1, prev: [2, 1] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: true, sequence: 2, matchIndex: 1 });
    store.flush();
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ sequence: 1, matchIndex: 2 });
  });

  test('a round of confirmation does not wait for them either', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1]), round: 1 });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: true, round: 1, matchIndex: 0 });
  });

  test('matchIndex is what this leader has verified, though more is on disk', () => {
    const store = slow({ currentTerm: 2, log: [1, 2, 2] });
    store.append({ term: 2, prev: [1, 1] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ matchIndex: 1 });
  });

  test('what was verified for one leader is not for the next: it starts anew in each term', () => {
    const store = slow({ currentTerm: 2, log: [1, 2, 2] });
    store.append({ term: 2, prev: [3, 2] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ matchIndex: 3 });
    store.append({ term: 3, prev: [1, 1] }, senderOf('n3'));
    store.flush();
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ term: 3, matchIndex: 1 });
  });

  test('a flush reports to the leader of the term alone: entries of one that is gone are not acknowledged to it', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1]) });
    store.receive({ kind: 'observeTerm', term: term(2) });
    store.flush();
    expect(store.takeAll('appendEntriesReply')).toEqual([]);
  });

  test('entries that were overwritten on their way to disk are not there when their flush ends (ABA)', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1, 1, 1]) });
    store.beginFlush();
    store.append({ term: 2, prev: [1, 1], entries: entriesOf([2, 2], 2) }, senderOf('n3'));
    store.endFlush();
    store.append({ term: 2, prev: [3, 2] }, senderOf('n3'));
    store.take();
    store.receive({ kind: 'describe', request: 1 });
    expect(store.takeOne('described')).toMatchObject({ part: { lastLogIndex: 3, durableIndex: 1 } });
    store.flush();
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ matchIndex: 3 });
  });

  test('truncation lowers what is on disk at once, before it is flushed itself', () => {
    const store = slow({ currentTerm: 2, log: [1, 1, 1] });
    store.append({ term: 2, prev: [1, 1], entries: entriesOf([2, 2], 2), round: 1 });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ matchIndex: 1 });
  });
});

describe('the own leader and the applier', () => {
  test('the own leader counts this node when its entries are flushed', () => {
    const store = new LogStoreFixture({ flushes: false });
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(0), entries: [entryOf(1, 1)] });
    store.beginFlush();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(1), entries: [entryOf(1, 2)] });
    expect(store.takeAll('durable')).toEqual([]);
    store.endFlush();
    expect(store.takeOne('durable')).toMatchObject({ token, durableIndex: 1 });
    store.confirmRound({ token, round: 0 });
    expect(store.takeOne('durable')).toMatchObject({ durableIndex: 1 });
    store.flush();
    expect(store.takeOne('durable')).toMatchObject({ durableIndex: 2 });
  });

  test('a notice of durability that was lost is repeated with the next round', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.receive({ kind: 'append', token, prevLogIndex: logIndex(0), entries: [entryOf(1, 1)] });
    store.take();
    store.confirmRound({ token, round: 0 });
    expect(store.takeOne('durable')).toMatchObject({ durableIndex: 1 });
  });

  test('the applier is told of nothing that is committed and not on this disk', () => {
    const store = slow({ currentTerm: 1 });
    store.append({ term: 1, entries: entriesOf([1, 1]), leaderCommit: 2 });
    expect(store.takeAll('committed')).toEqual([]);
    store.receive({
      kind: 'readCommitted',
      reader: 'applier',
      request: 1,
      fromIndex: logIndex(1),
      maxEntries: 9,
      maxBytes: 1e6,
    });
    expect(store.takeOne('committedEntries')).toMatchObject({ entries: [], commitIndex: 0 });
    store.flush();
    expect(store.takeOne('committed')).toMatchObject({ index: 2 });
    store.receive({
      kind: 'readCommitted',
      reader: 'applier',
      request: 2,
      fromIndex: logIndex(1),
      maxEntries: 9,
      maxBytes: 1e6,
    });
    expect(store.takeOne('committedEntries')).toMatchObject({ request: 2, entries: entriesOf([1, 1]) });
  });

  test('a reader gets what is committed and no more, in pages', () => {
    const store = new LogStoreFixture({ currentTerm: 1, log: [1, 1, 1, 1], lastApplied: 3 });
    store.receive({
      kind: 'readCommitted',
      reader: 'gateway',
      request: 1,
      fromIndex: logIndex(2),
      maxEntries: 9,
      maxBytes: 1e6,
    });
    expect(store.take()).toMatchObject([
      { to: 'n1.gateway', message: { entries: entriesOf([1, 1], 2), firstIndex: 1, commitIndex: 3 } },
    ]);
    store.receive({
      kind: 'readCommitted',
      reader: 'gateway',
      request: 2,
      fromIndex: logIndex(0),
      maxEntries: 1,
      maxBytes: 1e6,
    });
    expect(store.takeOne('committedEntries')).toMatchObject({ entries: entriesOf([1]) });
  });
});
