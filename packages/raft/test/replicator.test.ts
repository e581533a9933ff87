import { describe, expect, test } from 'vitest';
import { leaderToken, defaultRaftSettings as settings } from '../src/index.ts';
import { entriesOf, termsOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { ReplicatorFixture, token } from './support/replicator-fixture.ts';

const heartbeatMs = settings.heartbeatIntervalMs;
const lastIndexes = (appends: readonly Readonly<Record<string, unknown>>[]): number[] =>
  appends.map(({ prevLogIndex, entries }) => Number(prevLogIndex) + (Array.isArray(entries) ? entries.length : 0));

describe('Raft figure 2, rules for servers: leaders', () => {
  test('1. an empty AppendEntries goes out at once', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    expect(fixture.exchange()).toMatchObject([
      { kind: 'appendEntries', term: 3, prevLogIndex: 2, prevLogTerm: 2, entries: [], leaderCommit: 0 },
    ]);
  });

  test('1. and again after each heartbeat interval', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.elapse(heartbeatMs - 1);
    expect(fixture.exchange()).toEqual([]);
    fixture.elapse(1);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 2, entries: [] }]);
  });

  test('heartbeats go out beside entries, whose answers wait for a flush', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.elapse(heartbeatMs - 1);
    fixture.grow(1);
    expect(lastIndexes(fixture.exchange())).toEqual([3]);
    fixture.elapse(1);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 3, entries: [] }]);
  });

  test('3. entries from nextIndex on are sent as soon as the log has them', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.grow(2);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 2, prevLogTerm: 2, entries: entriesOf([3, 3], 3) }]);
  });

  test('3. a success is told to the leader: matchIndex, the round that it confirms, what is measured of the link', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.elapse(7);
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2, round: 4 });
    expect(fixture.context.takeOne('matched')).toMatchObject({
      token,
      peer: 'n2',
      matchIndex: 2,
      round: 4,
      link: { roundTripMs: 7, leastRoundTripMs: 7, loss: 0, flushMs: null },
    });
  });

  test('3. a refusal moves nextIndex back, to where the logs may agree', () => {
    const fixture = new ReplicatorFixture([1, 1, 1, 2, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), conflict: [4, 1] });
    const [append] = fixture.exchange();
    expect(append).toMatchObject({ prevLogIndex: 3, prevLogTerm: 1 });
    expect(append?.entries).toEqual(fixture.log.slice(3));
  });

  test('all servers, 2: a later term in a reply goes to the log store', () => {
    const fixture = new ReplicatorFixture([1]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), inTerm: 4, conflict: [0, 0] });
    expect(fixture.context.take()).toEqual([{ to: 'n1.logStore', message: { kind: 'observeTerm', term: 4 } }]);
  });
});

describe('the clocks of the peer', () => {
  const readingOf = ({ context }: ReplicatorFixture): unknown => context.takeOne('matched').reading;

  test('what it says they show is told with the times between which it looked', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.elapse(7);
    const shown = { clockMs: 40, wallMs: 9000 };
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2, ...shown }, senderOf('n2', { incarnation: 5 }));
    expect(readingOf(fixture)).toEqual({ askedAtMs: 0, heardAtMs: 7, incarnation: 5, clockMs: 40, wallMs: 9000 });
  });

  test('an answer that comes twice says nothing: nobody knows for how long it was under way', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    const answer = { sequence: Number(probe?.sequence), matchIndex: 2 };
    fixture.reply(answer);
    fixture.exchange();
    fixture.reply(answer);
    expect(readingOf(fixture)).toBeNull();
  });
});

describe('probing', () => {
  test('one append at a time looks for the place', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.exchange();
    fixture.grow(3);
    fixture.grow(3);
    expect(fixture.exchange()).toEqual([]);
  });

  test('a lost probe is found out by the next heartbeat', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.exchange();
    fixture.grow(1);
    fixture.elapse(heartbeatMs);
    const [heartbeat] = fixture.exchange();
    expect(heartbeat).toMatchObject({ prevLogIndex: 2, entries: [] });
    fixture.reply({ sequence: Number(heartbeat?.sequence), matchIndex: 2 });
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 2, entries: entriesOf([3], 3) }]);
  });

  test('agreement is enough to go on: entries may still be on their way to the peer’s disk', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 0 });
    fixture.grow(1);
    fixture.grow(1);
    expect(lastIndexes(fixture.exchange())).toEqual([4]);
    fixture.grow(1);
    expect(lastIndexes(fixture.exchange())).toEqual([5]);
  });

  test('a refusal that comes late or twice is ignored', () => {
    const fixture = new ReplicatorFixture([1, 1, 1, 2, 2]);
    const [probe] = fixture.exchange();
    const refusal = { sequence: Number(probe?.sequence), conflict: [4, 1] } as const;
    fixture.reply(refusal);
    const [second] = fixture.exchange();
    fixture.reply(refusal);
    expect(fixture.exchange()).toEqual([]);
    fixture.reply({ sequence: Number(second?.sequence), matchIndex: 5 });
    fixture.exchange();
    fixture.reply(refusal);
    fixture.grow(1);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 5 }]);
  });

  test('a success of what was sent before the newest refusal does not end the search', () => {
    const fixture = new ReplicatorFixture([1, 1, 1, 2, 2]);
    const [probe] = fixture.exchange();
    fixture.elapse(heartbeatMs);
    const [heartbeat] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), conflict: [4, 1] });
    const [second] = fixture.exchange();
    fixture.reply({ sequence: Number(heartbeat?.sequence), matchIndex: 0 });
    fixture.grow(1);
    expect(fixture.exchange()).toEqual([]);
    fixture.reply({ sequence: Number(second?.sequence), matchIndex: 5 });
    expect(lastIndexes(fixture.exchange())).toEqual([6]);
  });

  test('a refusal of what the peer had acknowledged is from before: nothing goes back', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.grow(1);
    const [append] = fixture.exchange();
    fixture.reply({ sequence: Number(append?.sequence), conflict: [1, 1] });
    fixture.grow(1);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 3 }]);
  });

  test('an append that was lost on the way is found out, and sent again', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.grow(1);
    fixture.exchange();
    fixture.grow(1);
    const [second] = fixture.exchange();
    fixture.reply({ sequence: Number(second?.sequence), conflict: [2, 2] });
    expect(lastIndexes(fixture.exchange())).toEqual([4]);
  });
});

describe('what counts', () => {
  test.each([
    ['of another disk under the peer’s name', {}, senderOf('n2', { storageId: 'wiped' })],
    ['of another node', {}, senderOf('n3')],
    ['to an earlier incarnation of this node', { incarnation: 0 }, senderOf('n2')],
    ['of an earlier term', { inTerm: 2 }, senderOf('n2')],
  ])('a reply does not: %s', (_, other, from) => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2, ...other }, from);
    expect(fixture.context.take()).toEqual([]);
  });

  test('what the peer has acknowledged never falls', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.reply({ sequence: 1, matchIndex: 1 });
    expect(fixture.context.takeOne('matched')).toMatchObject({ matchIndex: 2 });
  });

  test('contents that were prepared for another office, or for an earlier question, are not sent', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const ask = fixture.context.takeOne('prepareAppend');
    fixture.prepared(ask, leaderToken(2));
    expect(fixture.context.take()).toEqual([]);
    fixture.elapse(heartbeatMs);
    const again = fixture.context.takeOne('prepareAppend');
    fixture.prepared(ask);
    expect(fixture.context.take()).toEqual([]);
    fixture.prepared(again);
    expect(fixture.context.takeAll('appendEntries')).toHaveLength(1);
  });
});

describe('the window', () => {
  test('is filled, and pauses the replicator when it is full, in appends', () => {
    const fixture = new ReplicatorFixture([1], { maxInflightAppends: 3, maxBatchEntries: 2 });
    fixture.replicate();
    fixture.grow(20);
    const appends = fixture.exchange();
    expect(lastIndexes(appends)).toEqual([3, 5, 7]);
    fixture.reply({ sequence: Number(appends[0]?.sequence), matchIndex: 3 });
    expect(lastIndexes(fixture.exchange())).toEqual([9]);
    fixture.reply({ sequence: Number(appends[2]?.sequence), matchIndex: 7 });
    expect(lastIndexes(fixture.exchange())).toEqual([11, 13]);
  });

  test('and in bytes', () => {
    const fixture = new ReplicatorFixture([1], { maxInflightBytes: 7, maxBatchEntries: 1 });
    fixture.replicate();
    fixture.grow(20);
    expect(lastIndexes(fixture.exchange())).toEqual([2, 3, 4]);
  });

  test('a full one still lets heartbeats and rounds of confirmation through', () => {
    const fixture = new ReplicatorFixture([1], { maxInflightAppends: 1, maxBatchEntries: 1 });
    fixture.replicate();
    fixture.grow(5);
    fixture.exchange();
    fixture.advance({ round: 9 });
    expect(fixture.exchange()).toMatchObject([{ round: 9, entries: [] }]);
    fixture.elapse(heartbeatMs);
    expect(fixture.exchange()).toMatchObject([{ round: 9, entries: [] }]);
  });

  test('acknowledgements that were lost are made good by the next', () => {
    const fixture = new ReplicatorFixture([1], { maxInflightAppends: 2, maxBatchEntries: 1 });
    fixture.replicate();
    fixture.grow(4);
    fixture.exchange();
    fixture.elapse(heartbeatMs);
    const [heartbeat] = fixture.exchange();
    fixture.reply({ sequence: Number(heartbeat?.sequence), matchIndex: 3 });
    expect(lastIndexes(fixture.exchange())).toEqual([4, 5]);
  });
});

describe('news', () => {
  test('a commit is told at once when nothing else is on its way, and once', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.commitIndex = 2;
    fixture.advance();
    expect(fixture.exchange()).toMatchObject([{ leaderCommit: 2, entries: [] }]);
    fixture.advance();
    expect(fixture.exchange()).toEqual([]);
  });

  test('a commit that the log store has not heard of yet does not make it ask without end', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.advance({ commitIndex: 2 });
    expect(fixture.exchange()).toHaveLength(1);
    fixture.commitIndex = 2;
    fixture.elapse(heartbeatMs);
    expect(fixture.exchange()).toMatchObject([{ leaderCommit: 2 }]);
  });

  test('a round of confirmation goes out at once, and with every append after', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.advance({ round: 5 });
    expect(fixture.exchange()).toMatchObject([{ round: 5, entries: [] }]);
    fixture.grow(1);
    expect(fixture.exchange()).toMatchObject([{ round: 5 }]);
  });

  test('entries that an earlier office promised, and the log does not have, are not asked for without end', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.replicate();
    fixture.advance({ lastLogIndex: 9 });
    expect(fixture.exchange().length).toBeLessThan(3);
    fixture.grow(1);
    expect(termsOf(fixture.log)).toEqual([1, 2, 3]);
    expect(lastIndexes(fixture.exchange())).toEqual([3]);
  });

  test('a question that the log store did not get is asked again after a heartbeat interval', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    fixture.context.take();
    fixture.elapse(heartbeatMs);
    expect(fixture.exchange()).toHaveLength(1);
  });
});

describe('a peer whose log was damaged', () => {
  const repairing = { ...senderOf('n2'), incarnation: 2 };

  test('is sent everything again, also what it had acknowledged', () => {
    const fixture = new ReplicatorFixture([1, 2, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 3 });
    fixture.elapse(heartbeatMs);
    const [heartbeat] = fixture.exchange();
    fixture.reply({ sequence: Number(heartbeat?.sequence), conflict: [0, 0], isRepairing: true }, repairing);
    expect(fixture.exchange()).toMatchObject([{ prevLogIndex: 0, entries: fixture.log }]);
  });

  test('does not count, and the leader is told why', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2, isRepairing: true }, repairing);
    expect(fixture.context.takeOne('matched')).toMatchObject({ mode: 'repair' });
  });

  test('is not taken for what it was by an answer from before the damage', () => {
    const fixture = new ReplicatorFixture([1, 2]);
    const [probe] = fixture.exchange();
    fixture.reply({ sequence: Number(probe?.sequence), conflict: [0, 0], isRepairing: true }, repairing);
    fixture.exchange();
    fixture.context.take();
    fixture.reply({ sequence: Number(probe?.sequence), matchIndex: 2 });
    expect(fixture.context.take()).toEqual([]);
  });
});
