import { describe, expect, test } from 'vitest';
import { defaultRaftSettings, InvariantViolated, type LogStoreMessage, logIndex, term } from '../src/index.ts';
import { entriesOf, termsOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';
import { snapshotAt } from './support/snapshots.ts';

const room = { maxEntries: 100, maxBytes: 1e6 };
const { logTailEntries } = defaultRaftSettings;

/** A log of so many entries of term 1, all applied. */
const applied = (count: number, flushes = true): LogStoreFixture =>
  new LogStoreFixture({ log: Array(count).fill(1), currentTerm: 1, lastApplied: count, flushes });

const prepareAppend = (
  store: LogStoreFixture,
  token: ReturnType<LogStoreFixture['lead']>,
  fields: Partial<Extract<LogStoreMessage, { kind: 'prepareAppend' }>>,
): void => {
  const base = { token, peer: senderOf('n2').node, sequence: 4, nextIndex: logIndex(1), ...room };
  store.receive({ kind: 'prepareAppend', conflict: null, snapshotIndex: null, ...base, ...fields });
};

const chunk = (index: number, inTerm: number): Extract<LogStoreMessage, { kind: 'installSnapshot' }> => ({
  kind: 'installSnapshot',
  term: term(inTerm),
  sequence: 3,
  record: snapshotAt(index, 1),
  offset: 0,
  bytes: new Uint8Array(10),
  checksum: 7,
});

describe('a snapshot of its own', () => {
  test('lets the log begin later, but for its tail, when the record of it is on disk', () => {
    const store = applied(logTailEntries + 50, false);
    store.append({ term: 1 });
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(logTailEntries + 40, 1) });
    expect(store.storage.firstIndex).toBe(1);
    expect(store.takeAll('snapshotRecorded')).toEqual([]);
    store.flush();
    expect(store.takeOne('snapshotRecorded')).toMatchObject({ record: { index: logTailEntries + 40 } });
    expect([store.storage.firstIndex, store.storage.lastIndex]).toEqual([41, logTailEntries + 50]);
    expect(store.storage.termAt(logIndex(40))).toBe(1);
  });

  test('lets the log begin later only while there is a leader: what goes may be what another log cannot read', () => {
    const store = applied(logTailEntries + 50);
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(logTailEntries + 40, 1) });
    store.receive({ kind: 'applied', index: logIndex(logTailEntries + 50) });
    expect(store.storage.firstIndex).toBe(1);
    store.append({ term: 1 });
    store.context.nowMs += defaultRaftSettings.electionTimeoutMaxMs;
    store.receive({ kind: 'applied', index: logIndex(logTailEntries + 50) });
    expect(store.storage.firstIndex).toBe(1);
    store.append({ term: 1 });
    store.receive({ kind: 'applied', index: logIndex(logTailEntries + 50) });
    expect(store.storage.firstIndex).toBe(41);
  });

  test('is recorded once, and said to be so again to whoever asks again; an older one changes nothing', () => {
    const store = applied(20);
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(15, 1) });
    const { written } = store.storage;
    store.take();
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(15, 1) });
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(10, 1) });
    expect(store.takeAll('snapshotRecorded')).toHaveLength(2);
    expect([store.storage.snapshot?.index, store.storage.written]).toEqual([15, written]);
  });

  test('that covers what is not committed stops the node', () => {
    const store = new LogStoreFixture({ log: [1, 1, 1], currentTerm: 1, lastApplied: 2 });
    expect(() => store.receive({ kind: 'snapshotTaken', record: snapshotAt(3, 1) })).toThrow(InvariantViolated);
  });

  test('counts as committed when the node starts again, whatever the state machine has lost', () => {
    const store = applied(20);
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(15, 1) });
    const { storage } = store;
    const again = new LogStoreFixture({ storage });
    again.receive({ kind: 'describe', request: 1 });
    expect(again.takeOne('described')).toMatchObject({ part: { commitIndex: 15 } });
  });
});

describe('what a leader sends to whom', () => {
  test('the log has no more what the peer needs: the snapshot', () => {
    const store = applied(logTailEntries + 50);
    const token = store.lead();
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(logTailEntries + 40, 1) });
    prepareAppend(store, token, { nextIndex: logIndex(40) });
    const needed = store.takeOne('snapshotNeeded');
    expect(needed).toMatchObject({ token, sequence: 4, record: { index: logTailEntries + 40 } });
    const parted = { conflictIndex: logIndex(12), conflictTerm: term(1) };
    prepareAppend(store, token, { nextIndex: logIndex(60), conflict: parted });
    expect(store.takeOne('snapshotNeeded')).toMatchObject({ record: { index: logTailEntries + 40 } });
    // The last entry before the log is still known.
    prepareAppend(store, token, { nextIndex: logIndex(41), maxEntries: 1 });
    expect(store.takeOne('appendPrepared')).toMatchObject({ prevLogIndex: 40, prevLogTerm: 1 });
  });

  test('keeps what follows a snapshot that is being sent, until nobody has asked for a while', () => {
    const store = applied(3 * logTailEntries);
    const token = store.lead();
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(logTailEntries + 40, 1) });
    prepareAppend(store, token, { nextIndex: logIndex(1) });
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(3 * logTailEntries, 1) });
    expect(store.storage.firstIndex).toBe(logTailEntries + 41);
    store.context.nowMs += 11 * defaultRaftSettings.electionTimeoutMaxMs;
    store.receive({ kind: 'applied', index: logIndex(3 * logTailEntries) });
    expect(store.storage.firstIndex).toBe(2 * logTailEntries + 1);
  });
});

describe('a snapshot of a leader (Raft figure 13)', () => {
  test('of an old term is refused, and the answer shows the new one', () => {
    const store = new LogStoreFixture({ currentTerm: 3 });
    store.receive(chunk(40, 2), senderOf('n2'));
    expect(store.take()).toMatchObject([
      { to: 'n2.replicator/n1', message: { kind: 'installSnapshotReply', term: 3, nextOffset: 0 } },
    ]);
  });

  test('goes to the applier chunk by chunk, and shows that the leader lives', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.receive(chunk(40, 2), senderOf('n2'));
    expect(store.storage.hardState.currentTerm).toBe(2);
    const sent = store.take();
    expect(sent.map(({ to, message }) => [to, message.kind])).toContainEqual(['n1.election', 'leaderHeard']);
    expect(sent.at(-1)).toMatchObject({ to: 'n1.applier', message: { kind: 'storeChunk', offset: 0, term: 2 } });
  });

  test('goes to the applier when the term is on disk: it answers in that term; and not in another', () => {
    const store = new LogStoreFixture({ currentTerm: 1, flushes: false });
    store.receive(chunk(40, 2), senderOf('n2'));
    expect(store.takeAll('storeChunk')).toEqual([]);
    store.flush();
    expect(store.takeAll('storeChunk')).toMatchObject([{ term: 2 }]);
    store.receive(chunk(40, 3), senderOf('n2'));
    store.receive({ kind: 'observeTerm', term: term(4) });
    store.flush();
    expect(store.takeAll('storeChunk')).toEqual([]);
  });

  test('that was installed just now is acknowledged when the record of it is on disk, however often it comes', () => {
    const store = new LogStoreFixture({ currentTerm: 2, flushes: false });
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(40, 1) });
    store.receive(chunk(40, 2), senderOf('n2'));
    expect(store.takeAll('installSnapshotReply')).toEqual([]);
    store.flush();
    expect(store.takeAll('installSnapshotReply')).toMatchObject([{ nextOffset: 1000 }]);
  });

  test('at or below commitIndex is not needed: the answer is that all of it is there', () => {
    const store = applied(50);
    store.receive(chunk(40, 1), senderOf('n2'));
    expect(store.takeAll('installSnapshotReply')).toMatchObject([{ nextOffset: 1000 }]);
  });

  test('is the beginning of the log once it is whole; the rest of the log goes, as it parts from it', () => {
    const store = new LogStoreFixture({ log: [1, 1, 1], currentTerm: 2, flushes: false });
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(40, 2) });
    expect(store.takeAll('snapshotRecorded')).toEqual([]);
    store.flush();
    expect(store.takeAll('snapshotRecorded')).toHaveLength(1);
    const { firstIndex, lastIndex } = store.storage;
    expect([firstIndex, lastIndex, store.storage.termAt(logIndex(40))]).toEqual([41, 40, 2]);
    store.append({ term: 2, prev: [40, 2], entries: entriesOf([2, 2], 41), leaderCommit: 42 });
    store.flush();
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ success: true, matchIndex: 42 });
  });

  test('is committed and durable when its flush is over, and nothing else is: what the log had before says nothing', () => {
    const store = new LogStoreFixture({ log: Array(60).fill(1), currentTerm: 2, lastApplied: 10, flushes: false });
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(40, 2) });
    expect(store.takeAll('committed')).toEqual([]);
    store.flush();
    expect(store.takeAll('committed')).toMatchObject([{ index: 40 }]);
    store.append({ term: 2, prev: [40, 2], entries: entriesOf([2, 2], 41) });
    store.append({ term: 2, prev: [42, 2] });
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ success: true, matchIndex: 40 });
  });

  test('leaves what follows its last entry in a log that has it', () => {
    const store = new LogStoreFixture({ log: [1, 1, 2, 2], currentTerm: 2 });
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(3, 2) });
    expect(termsOf(store.storage.read(logIndex(4), room))).toEqual([2]);
    expect(store.storage.firstIndex).toBe(4);
  });

  test('that is late, at or below commitIndex, takes nothing away, and is one of its own when the record of it is on disk', () => {
    const store = applied(50, false);
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(30, 1) });
    store.flush();
    store.take();
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(40, 1) });
    expect([store.storage.firstIndex, store.storage.lastIndex, store.storage.snapshot?.index]).toEqual([1, 50, 40]);
    expect(store.takeAll('snapshotRecorded')).toEqual([]);
    store.flush();
    expect(store.takeAll('snapshotRecorded')).toMatchObject([{ record: { index: 40 } }]);
  });

  test('that is older than the one that it has changes nothing', () => {
    const store = applied(50);
    store.receive({ kind: 'snapshotTaken', record: snapshotAt(40, 1) });
    const { written } = store.storage;
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(30, 1) });
    expect([store.storage.snapshot?.index, store.storage.written]).toEqual([40, written]);
  });

  test('an append from before it is taken from where the log begins (willemt/raft#118)', () => {
    const store = new LogStoreFixture({ currentTerm: 1 });
    store.receive({ kind: 'snapshotReceived', record: snapshotAt(3, 1) });
    store.append({ term: 1, prev: [0, 0], entries: entriesOf([1, 1, 1, 1, 1]), leaderCommit: 3 });
    expect(store.takeAll('appendEntriesReply').at(-1)).toMatchObject({ success: true, matchIndex: 5 });
    expect(termsOf(store.storage.read(logIndex(4), room))).toEqual([1, 1]);
  });
});
