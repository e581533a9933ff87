import { beforeEach, describe, expect, test } from 'vitest';
import { logIndex, MemoryLogStorage, term } from '../src/index.ts';
import { entriesOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';
import { usualTimeouts } from './support/timeouts.ts';

/** The log store of n1 in term 3, whose log was damaged: it begins empty. */
const damaged = (flushes = true): LogStoreFixture => {
  const storage = new MemoryLogStorage({ immediate: false, damage: 'entry 5: its checksum is wrong' });
  storage.setHardState({ currentTerm: term(3), votedFor: null });
  return new LogStoreFixture({ storage, flushes });
};

/** What n2 answers, which leads in term 3 unless `inTerm` says otherwise. */
const answer = (store: LogStoreFixture, lastLogIndex: number, inTerm = 3, incarnation = 1): void =>
  store.receive(
    {
      kind: 'repairPointReply',
      term: term(inTerm),
      incarnation,
      sequence: 1,
      lastLogIndex: logIndex(lastLogIndex),
    },
    senderOf('n2'),
  );

let store: LogStoreFixture;

beforeEach(() => {
  store = damaged();
});

describe('until its log is whole again', () => {
  test('a node answers no request for a vote, and its term stays', () => {
    store.requestVote({ term: 4, last: [9, 3] });
    store.requestVote({ term: 4, last: [9, 3], isTransfer: true });
    store.requestVote({ term: 4, last: [9, 3], pre: true });
    expect(store.take()).toEqual([]);
    expect(store.storage.hardState.currentTerm).toBe(3);
  });

  test('it does not campaign, whoever asks for it', () => {
    store.receive({ kind: 'prepareCampaign', attempt: 1 });
    expect(store.takeOne('campaignPrepared')).toMatchObject({ mayCampaign: false });
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(3), isTransfer: true });
    expect(store.takeOne('campaignRefused')).toMatchObject({ term: 3 });
    expect(store.storage.hardState).toEqual({ currentTerm: 3, votedFor: null });
  });

  test('what it says to appends counts for nothing', () => {
    store.append({ term: 3, prev: [7, 3] });
    expect(store.takeOne('appendEntriesReply')).toMatchObject({ success: false, isRepairing: true, conflictIndex: 0 });
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({
      success: true,
      isRepairing: true,
      matchIndex: 3,
    });
  });
});

describe('its log is whole again', () => {
  test('when it has all that the leader of its term had, who was asked after the damage', () => {
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    expect(store.takeAll('repairPoint')).toMatchObject([{ term: 3 }]);
    answer(store, 4);
    store.append({ term: 3, prev: [3, 3] });
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ isRepairing: true });
    store.append({ term: 3, prev: [3, 3], entries: entriesOf([3], 4) });
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ isRepairing: false, matchIndex: 4 });
    expect(store.storage.damage).toBeNull();
    store.receive({ kind: 'prepareCampaign', attempt: 1 });
    expect(store.takeOne('campaignPrepared')).toMatchObject({ mayCampaign: true });
  });

  test('and not before that is on disk', () => {
    store = damaged(false);
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    answer(store, 3);
    expect(store.storage.damage).not.toBeNull();
    store.flush();
    expect(store.storage.damage).toBeNull();
  });

  test('and not by what the log had before the leader of this term was heard', () => {
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    store.append({ term: 4, prev: [2, 1] }, senderOf('n3'));
    answer(store, 3, 4);
    expect(store.storage.damage).not.toBeNull();
    store.append({ term: 4, prev: [3, 3] }, senderOf('n3'));
    expect(store.storage.damage).toBeNull();
  });

  test('and not by an answer to an earlier life of the node, nor by one of an earlier term', () => {
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    answer(store, 3, 3, 0);
    expect(store.storage.damage).not.toBeNull();
    store.append({ term: 4, prev: [3, 3] }, senderOf('n3'));
    answer(store, 3, 3);
    expect(store.storage.damage).not.toBeNull();
  });

  test('and not by where the leader of an earlier term ended', () => {
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    answer(store, 4);
    store.append({ term: 4, prev: [3, 3], entries: entriesOf([3], 4) }, senderOf('n3'));
    expect(store.storage.damage).not.toBeNull();
    answer(store, 5, 4);
    answer(store, 4, 3);
    store.take();
    store.append({ term: 4, prev: [4, 3] }, senderOf('n3'));
    expect(store.takeAll('repairPoint')).toEqual([]);
    expect(store.storage.damage).not.toBeNull();
  });

  test('also if it was all there and on disk before', () => {
    store.append({ term: 3, entries: entriesOf([1, 1, 3]) });
    store.append({ term: 4 }, senderOf('n3'));
    answer(store, 3, 4);
    const { written } = store.storage;
    store.actor.receive(
      {
        kind: 'appendEntries',
        ...usualTimeouts,
        term: term(4),
        sequence: 9,
        round: 0,
        leaseMs: 0,
        prevLogIndex: logIndex(3),
        prevLogTerm: term(3),
        entries: [],
        leaderCommit: logIndex(0),
        freshness: null,
      },
      senderOf('n3'),
    );
    expect([store.storage.damage, store.storage.written]).toEqual([null, written + 1]);
  });

  test('the leader is asked at each append until it has answered, and the next one anew', () => {
    store.append({ term: 3 });
    store.append({ term: 3 });
    expect(store.takeAll('repairPoint')).toHaveLength(2);
    answer(store, 3);
    store.append({ term: 3 });
    expect(store.takeAll('repairPoint')).toEqual([]);
    store.append({ term: 4 }, senderOf('n3'));
    expect(store.takeAll('repairPoint')).toMatchObject([{ term: 4 }]);
  });
});

describe('a leader that is asked where its log ends', () => {
  const ask = (inTerm: number): void =>
    store.receive({ kind: 'repairPoint', term: term(inTerm), sequence: 6 }, { ...senderOf('n3'), incarnation: 9 });

  test('says so, with all that is not committed', () => {
    store = new LogStoreFixture({ log: [1, 1, 2], currentTerm: 2 });
    store.lead();
    ask(3);
    expect(store.takeOne('repairPointReply')).toMatchObject({ term: 3, incarnation: 9, sequence: 6, lastLogIndex: 3 });
  });

  test('says nothing of another term, nor does one that does not lead', () => {
    store = new LogStoreFixture({ log: [1, 1, 2], currentTerm: 2 });
    ask(2);
    store.lead();
    ask(2);
    expect(store.takeAll('repairPointReply')).toEqual([]);
  });
});
