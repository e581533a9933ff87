import { describe, expect, test } from 'vitest';
import { defaultRaftSettings, term } from '../src/index.ts';
import { votersOf } from './support/entries.ts';
import { momentAt, senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

const protectedMs = defaultRaftSettings.electionTimeoutMinMs;

describe('Raft figure 2, RequestVote RPC, receiver', () => {
  test('1. replies false if term < currentTerm', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.requestVote({ term: 2 });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false, term: 3 });
  });

  test('2. grants its vote if it is free and the candidate’s log is as far as the own', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 3] });
    store.requestVote({ term: 4, last: [2, 3] });
    expect(store.storage.hardState).toEqual({ currentTerm: 4, votedFor: 'n2' });
    expect(store.takeOne('requestVoteReply')).toMatchObject({
      voteGranted: true,
      term: 4,
      incarnation: 1,
      sequence: 1,
    });
  });

  test('the reply tells what the clocks show when it leaves, which is when the vote is on disk', () => {
    const store = new LogStoreFixture({ currentTerm: 3, flushes: false });
    store.requestVote({ term: 4 });
    store.beginFlush();
    store.context.nowMs += 70;
    store.endFlush();
    expect(store.takeOne('requestVoteReply')).toMatchObject(momentAt(store.context.nowMs));
  });

  test('2. one vote in a term: another candidate is refused', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.requestVote({ term: 4 });
    store.take();
    store.requestVote({ term: 4, last: [9, 4] }, senderOf('n3'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false });
    expect(store.storage.hardState.votedFor).toBe('n2');
  });

  test('2. the same candidate, whose reply was lost, is granted again', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.requestVote({ term: 4 });
    store.take();
    store.requestVote({ term: 4 });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true, sequence: 2 });
  });

  test.each([
    ['an earlier last term, however long', [9, 1], false],
    ['the same last term and a shorter log', [1, 2], false],
    ['the same last term and length', [2, 2], true],
    ['a later last term, however short', [1, 3], true],
  ] as const)('2. as far as the own (§5.4.1): %s', (_, last, voteGranted) => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 2] });
    store.requestVote({ term: 4, last });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted });
    // The term is taken over all the same.
    expect(store.storage.hardState.currentTerm).toBe(4);
  });

  test('followers, 2: a vote that was given restarts the election timer', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [3] });
    store.requestVote({ term: 4, last: [0, 0] });
    expect(store.takeAll('voteCast')).toEqual([]);
    store.requestVote({ term: 4, last: [1, 3] });
    expect(store.takeOne('voteCast')).toMatchObject({ term: 4 });
  });

  test('who asks is not looked up in the own configuration: it may have changed without this voter', () => {
    const store = new LogStoreFixture();
    store.requestVote({ term: 1 }, senderOf('n9'));
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
  });
});

describe('pre-vote', () => {
  test('is granted for a later term and a log as far as the own, and changes nothing', () => {
    const store = new LogStoreFixture({ currentTerm: 3, votedFor: 'n3', log: [2] });
    store.requestVote({ term: 4, last: [1, 2], pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: true, term: 3 });
    expect(store.storage.hardState).toEqual({ currentTerm: 3, votedFor: 'n3' });
    // Others may have it too: nothing was promised.
    store.requestVote({ term: 4, last: [1, 2], pre: true }, senderOf('n3'));
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: true });
  });

  test('is refused for a stale log', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [2, 2] });
    store.requestVote({ term: 4, last: [1, 2], pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false });
    expect(store.storage.hardState.currentTerm).toBe(3);
  });

  test('is refused for a term that is not later, with the term that is', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.requestVote({ term: 4, pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false, term: 4 });
  });

  test('is refused while a leader is heard', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.append({ term: 4 }, senderOf('n3'));
    store.take();
    store.requestVote({ term: 5, pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false });
    store.context.nowMs += protectedMs;
    store.requestVote({ term: 5, pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: true });
  });
});

describe('leader stickiness', () => {
  test('a vote asked for while a leader is heard is refused, and its term not taken over', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.append({ term: 4 }, senderOf('n3'));
    store.take();
    store.context.nowMs += protectedMs - 1;
    store.requestVote({ term: 9, last: [9, 8] });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false, term: 4 });
    expect(store.storage.hardState).toEqual({ currentTerm: 4, votedFor: null });
  });

  test('not for longer than the shortest election timeout', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.append({ term: 4 }, senderOf('n3'));
    store.take();
    store.context.nowMs += protectedMs;
    store.requestVote({ term: 5 });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
  });

  test('but for as long as the leader says', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.append({ term: 4, timeouts: { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 } }, senderOf('n3'));
    store.take();
    for (const [afterMs, voteGranted] of [
      [899, false],
      [1, true],
    ] as const) {
      store.context.nowMs += afterMs;
      store.requestVote({ term: 5, pre: true });
      expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted });
    }
  });

  test('a leader of a term that has passed protects nobody', () => {
    const store = new LogStoreFixture({ currentTerm: 4 });
    store.append({ term: 3 }, senderOf('n3'));
    store.take();
    store.requestVote({ term: 5 });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
  });

  test('this node’s own leader is protected as long as it confirms itself', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.context.nowMs += protectedMs - 1;
    store.confirmRound({ token, round: 0 });
    store.context.nowMs += protectedMs - 1;
    store.take();
    store.requestVote({ term: 2, last: [9, 1] });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: false });
    store.context.nowMs += 1;
    store.requestVote({ term: 2, last: [9, 1] });
    expect(store.takeOne('requestVoteReply')).toMatchObject({ voteGranted: true });
  });
});

describe('the own leader', () => {
  test('is protected for as long as it says', () => {
    const store = new LogStoreFixture();
    const token = store.lead();
    store.confirmRound({ token, timeouts: { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 } });
    store.take();
    store.context.nowMs += 899;
    store.requestVote({ term: 5, pre: true });
    expect(store.takeOne('requestPreVoteReply')).toMatchObject({ voteGranted: false });
  });
});

describe('campaign', () => {
  test('candidates, 1: raises the term and votes for itself in one step, and says what votes are to be asked with', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 3] });
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(3), isTransfer: false });
    expect(store.storage.hardState).toEqual({ currentTerm: 4, votedFor: 'n1' });
    expect(store.takeOne('campaigned')).toMatchObject({
      attempt: 2,
      term: 4,
      lastLogIndex: 2,
      lastLogTerm: 3,
      configuration: votersOf('n1', 'n2', 'n3'),
    });
  });

  test('is refused when the term has moved on since', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.requestVote({ term: 4 });
    store.take();
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(3), isTransfer: false });
    expect(store.takeOne('campaignRefused')).toEqual({ kind: 'campaignRefused', attempt: 2, term: 4 });
    expect(store.storage.hardState).toEqual({ currentTerm: 4, votedFor: 'n2' });
  });

  test('is refused when it comes twice: the term is raised once', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(3), isTransfer: false });
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(3), isTransfer: false });
    expect(store.storage.hardState.currentTerm).toBe(4);
  });

  test('is refused when a leader was just heard', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.append({ term: 3 });
    store.take();
    store.receive({ kind: 'campaign', attempt: 2, fromTerm: term(3), isTransfer: false });
    expect(store.takeOne('campaignRefused')).toMatchObject({ term: 3 });
    expect(store.storage.hardState).toEqual({ currentTerm: 3, votedFor: null });
  });

  test('is refused to a node that is no voter with this disk', () => {
    const store = new LogStoreFixture({ currentTerm: 3, storageId: 'a-disk-that-was-wiped' });
    store.receive({ kind: 'campaign', attempt: 1, fromTerm: term(3), isTransfer: false });
    expect(store.takeOne('campaignRefused')).toMatchObject({ term: 3 });
    expect(store.storage.hardState).toEqual({ currentTerm: 3, votedFor: null });
  });

  test('is prepared with what it would start from, and nothing is changed', () => {
    const store = new LogStoreFixture({ currentTerm: 3, log: [1, 3] });
    store.receive({ kind: 'prepareCampaign', attempt: 5 });
    expect(store.takeOne('campaignPrepared')).toMatchObject({ attempt: 5, term: 3, lastLogIndex: 2, lastLogTerm: 3 });
    expect(store.storage.hardState).toEqual({ currentTerm: 3, votedFor: null });
  });
});
