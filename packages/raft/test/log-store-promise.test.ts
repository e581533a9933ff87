import { describe, expect, test } from 'vitest';
import { defaultRaftSettings, MemoryLogStorage, term } from '../src/index.ts';
import { entriesOf } from './support/entries.ts';
import { momentAt, senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

/** Longer than the soft promise, so that what is refused is refused for the hard one. */
const leaseMs = 2 * defaultRaftSettings.electionTimeoutMinMs;

/** A log store of term 4 whose disk knows of promises of that length. */
function promising(longestPromiseMs = leaseMs, flushes = true): LogStoreFixture {
  const storage = new MemoryLogStorage({ immediate: false });
  storage.setHardState({ currentTerm: term(4), votedFor: null });
  if (longestPromiseMs > 0) storage.setLongestPromise(longestPromiseMs);
  const store = new LogStoreFixture({ storage, flushes });
  // It has been running for long.
  store.context.nowMs += 100_000;
  return store;
}

/** Whether n3, whose log is as far as any, gets the vote of the term that follows. */
function votes(store: LogStoreFixture, isTransfer = false): boolean {
  store.take();
  store.requestVote({ term: 5, last: [9, 4], isTransfer }, senderOf('n3'));
  store.flush();
  return store.takeOne('requestVoteReply').voteGranted === true;
}

describe('the hard promise (design rule 11)', () => {
  test('an accepted AppendEntries makes it for as long as it asks, and the reply states it', () => {
    const store = promising();
    store.append({ term: 4, leaseMs });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: true, promisedMs: leaseMs });
    store.context.nowMs += leaseMs - 1;
    expect(votes(store)).toBe(false);
    store.context.nowMs += 1;
    expect(votes(store)).toBe(true);
  });

  test('so does one that only the logs refuse: its sender leads', () => {
    const store = promising();
    store.append({ term: 4, prev: [7, 3], leaseMs });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, promisedMs: leaseMs });
    store.context.nowMs += leaseMs - 1;
    expect(votes(store)).toBe(false);
  });

  test('a leader of a term that has passed is promised nothing', () => {
    const store = promising();
    store.append({ term: 3, leaseMs });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, promisedMs: 0 });
    expect(votes(store)).toBe(true);
  });

  test('nothing is promised to whoever asks for nothing', () => {
    const store = promising();
    store.append({ term: 4 });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ promisedMs: 0 });
  });

  test('it covers pre-votes', () => {
    const store = promising();
    store.append({ term: 4, leaseMs });
    store.take();
    store.context.nowMs += leaseMs - 1;
    store.requestVote({ term: 5, last: [9, 4], pre: true }, senderOf('n3'));
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false });
  });

  test('it covers the own campaign', () => {
    const store = promising();
    store.append({ term: 4, leaseMs });
    store.take();
    store.context.nowMs += leaseMs - 1;
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(4), isTransfer: false });
    expect(store.takeOne('campaignRefused')).toMatchObject({ term: 4 });
    store.context.nowMs += 1;
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(4), isTransfer: false });
    expect(store.takeOne('campaigned')).toMatchObject({ term: 5 });
  });

  test('a transfer waives it: the leader has given up its lease', () => {
    const asked = promising();
    asked.append({ term: 4, leaseMs });
    expect(votes(asked, true)).toBe(true);
    const told = promising();
    told.append({ term: 4, leaseMs });
    told.receive({ kind: 'campaign', attempt: 1, fromTerm: term(4), isTransfer: true });
    expect(told.takeOne('campaigned')).toMatchObject({ term: 5 });
  });

  test('a later and shorter promise does not shorten it, and a later term does not end it', () => {
    const store = promising();
    store.append({ term: 4, leaseMs });
    store.append({ term: 4, leaseMs: 1 });
    store.receive({ kind: 'observeTerm', term: term(5) });
    store.context.nowMs += leaseMs - 1;
    store.take();
    store.requestVote({ term: 6, last: [9, 4] }, senderOf('n3'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false });
  });

  test('it counts from the receipt of the AppendEntries, though its reply waits for a flush', () => {
    const store = promising(leaseMs, false);
    store.flush();
    store.append({ term: 4, entries: entriesOf([4]), leaseMs });
    store.context.nowMs += leaseMs;
    store.flush();
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ matchIndex: 1, promisedMs: leaseMs });
    expect(votes(store)).toBe(true);
  });

  test('the own log store makes it as any voter does', () => {
    const storage = new MemoryLogStorage({ immediate: false });
    storage.setLongestPromise(leaseMs);
    const store = new LogStoreFixture({ storage });
    store.context.nowMs += 100_000;
    const token = store.lead();
    store.confirmRound({ token, leaseMs });
    const askedAt = momentAt(store.context.nowMs);
    expect(store.takeOne('roundConfirmed')).toMatchObject({ askedAt, promisedMs: leaseMs });
    store.context.nowMs += leaseMs - 1;
    expect(votes(store)).toBe(false);
    store.context.nowMs += 1;
    expect(votes(store)).toBe(true);
  });
});

describe('the hard promise outlives its process', () => {
  test('the longest is on disk before it is made; until then the reply states what may be promised', () => {
    const store = promising(0, false);
    store.append({ term: 4, leaseMs });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ promisedMs: 0 });
    store.flush();
    store.append({ term: 4, leaseMs });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ promisedMs: leaseMs });
    expect(store.storage.longestPromiseMs).toBe(leaseMs);
  });

  test('a shorter one, or the same again, is no write', () => {
    const store = promising();
    const { written } = store.storage;
    store.append({ term: 4, leaseMs });
    store.append({ term: 4, leaseMs: 1 });
    expect(store.storage.written).toBe(written);
  });

  test('a process that starts votes for nobody for so long, and does not campaign', () => {
    const { storage } = promising();
    const store = new LogStoreFixture({ storage });
    store.context.nowMs += leaseMs - 1;
    expect(votes(store)).toBe(false);
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(4), isTransfer: false });
    expect(store.takeOne('campaignRefused')).toMatchObject({ term: 4 });
    store.context.nowMs += 1;
    expect(votes(store)).toBe(true);
  });

  test('a process whose node never promised anything votes at once', () => {
    const { storage } = promising(0);
    expect(votes(new LogStoreFixture({ storage }))).toBe(true);
  });
});
