import type { Sender } from '@quorate/actor';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  defaultRaftSettings,
  type LogEntry,
  type LogStoreMessage,
  logIndex,
  MemoryLogStorage,
  silentPorts,
  term,
} from '../src/index.ts';
import { LogMending } from '../src/log-store/log-mending.ts';
import { entriesOf, termsOf, timeOf, votersOf } from './support/entries.ts';
import { FakeContext, senderOf } from './support/fake-context.ts';
import { LogStoreFixture } from './support/log-store-fixture.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

const question = (indexes: readonly number[], maxBytes = 1e6): Of<'fetchEntries'> => ({
  kind: 'fetchEntries',
  term: term(1),
  sequence: 7,
  indexes: indexes.map(logIndex),
  maxBytes,
});

let context: FakeContext<LogStoreMessage>;
let storage: MemoryLogStorage;
let mending: LogMending;
let restarts: number;

/** What stands in the place of n1's log store, in a group of n1, n2 and n3. Its log had these terms, and cannot be read in these places. */
function start(log: readonly number[], holes: readonly number[], isLegible = false): void {
  context = new FakeContext<LogStoreMessage>('n1', 'logStore');
  storage = new MemoryLogStorage({ immediate: false });
  storage.setHardState({ currentTerm: term(9), votedFor: null });
  storage.append(entriesOf(log));
  flush();
  for (const index of holes) storage.damageRecord(logIndex(index), isLegible);
  restarts = 0;
  mending = new LogMending(context, {
    storage,
    identity: senderOf('n1'),
    configuration: votersOf('n1', 'n2', 'n3'),
    lastApplied: logIndex(0),
    settings: defaultRaftSettings,
    stages: silentPorts.stages,
    logger: silentPorts.logger,
    mended: () => {
      restarts += 1;
    },
  });
}

function flush(): void {
  storage.flush((outcome) => {
    if (outcome.kind === 'flushed') mending?.receive({ kind: 'flushed', written: outcome.written }, senderOf('n1'));
  });
  storage.completeFlush();
}

const answer = (
  from: Sender,
  entries: readonly LogEntry[],
  throughIndex: number,
  { incarnation = 1, leads }: { readonly incarnation?: number; readonly leads?: number } = {},
): void => {
  const leaderTerm = leads === undefined ? null : term(leads);
  const through = logIndex(throughIndex);
  mending.receive(
    { kind: 'fetchedEntries', incarnation, sequence: 1, leaderTerm, entries, throughIndex: through },
    from,
  );
};

test('a leader that became a member after this log ends is asked too', () => {
  start([1, 1, 1], [2]);
  context.take();
  mending.receive(
    {
      kind: 'appendEntries',
      term: term(9),
      sequence: 1,
      round: 0,
      leaseMs: 0,
      prevLogIndex: logIndex(9),
      prevLogTerm: term(9),
      entries: [],
      leaderCommit: logIndex(9),
      electionTimeoutMinMs: 150,
      electionTimeoutMaxMs: 300,
      freshness: null,
    },
    senderOf('n4'),
  );
  mending.receive({ kind: 'repeat' }, senderOf('n1'));
  expect(context.take().map(({ to }) => to)).toEqual(['n2.logStore', 'n3.logStore', 'n4.logStore']);
});

describe('a node whose log has records that do not pass their checks', () => {
  beforeEach(() => start([1, 1, 1, 1, 1], [2, 4]));

  test('asks every other member for them, again and again, and needs no leader', () => {
    expect(context.take()).toMatchObject([
      { to: 'n2.logStore', message: { kind: 'fetchEntries', term: 9, indexes: [2, 4] } },
      { to: 'n3.logStore', message: { kind: 'fetchEntries', indexes: [2, 4] } },
    ]);
    context.elapse(mending, 4 * defaultRaftSettings.heartbeatIntervalMs);
    expect(context.takeAll('fetchEntries')).toHaveLength(2);
  });

  test('puts what comes into its places, and starts anew when the last is on disk', () => {
    const entries = entriesOf([1, 1, 1, 1, 1]);
    answer(senderOf('n2'), entries.slice(1, 2), 4);
    expect(storage.holes).toEqual([4]);
    flush();
    expect(restarts).toBe(0);
    context.take();
    answer(senderOf('n3'), entries.slice(3, 4), 4);
    expect(restarts).toBe(0);
    flush();
    flush();
    expect(restarts).toBe(1);
    expect(termsOf(storage.read(logIndex(1), { maxEntries: 9, maxBytes: 1e6 }))).toEqual([1, 1, 1, 1, 1]);
    context.elapse(mending, 1_000);
    expect(context.take()).toEqual([]);
  });

  test('asks at once for what is left, of whoever has given something', () => {
    context.take();
    answer(senderOf('n2'), entriesOf([1], 2), 2);
    expect(context.take()).toMatchObject([{ to: 'n2.logStore', message: { indexes: [4] } }]);
    answer(senderOf('n3'), [], 4);
    expect(context.take()).toEqual([]);
  });

  test('takes no answer to an earlier life of it, nor to what it did not ask', () => {
    answer(senderOf('n2'), entriesOf([1], 2), 4, { incarnation: 0 });
    answer(senderOf('n2'), entriesOf([1], 3), 4);
    expect(storage.holes).toEqual([2, 4]);
  });

  test('has no say: it answers no vote and no append, and begins no campaign', () => {
    context.take();
    const asked = { term: term(10), sequence: 1, lastLogIndex: logIndex(9), lastLogTerm: term(9) };
    mending.receive({ kind: 'requestVote', ...asked, isTransfer: true }, senderOf('n2'));
    mending.receive({ kind: 'requestPreVote', ...asked }, senderOf('n2'));
    mending.receive({ kind: 'prepareCampaign', attempt: 1 }, senderOf('n1'));
    mending.receive({ kind: 'campaign', attempt: 1, fromTerm: term(9), isTransfer: false }, senderOf('n1'));
    const append = {
      prevLogIndex: logIndex(5),
      prevLogTerm: term(1),
      entries: entriesOf([9], 6),
      leaderCommit: logIndex(6),
    };
    const timing = { round: 1, leaseMs: 100, freshness: null, electionTimeoutMinMs: 150, electionTimeoutMaxMs: 300 };
    mending.receive({ kind: 'appendEntries', term: term(9), sequence: 1, ...append, ...timing }, senderOf('n2'));
    expect(context.take()).toEqual([]);
    expect(storage.hardState).toEqual({ currentTerm: 9, votedFor: null });
  });

  test('says where they are', () => {
    mending.receive({ kind: 'describe', request: 3 }, senderOf('n1'));
    expect(context.takeOne('described')).toMatchObject({
      part: { damage: 'records of its log do not pass their checks and are fetched from the others: 2, 4' },
    });
  });

  test('gives others what it can read', () => {
    context.take();
    mending.receive(question([1, 2, 3, 9]), senderOf('n3', { incarnation: 5 }));
    expect(context.take()).toMatchObject([
      { to: 'n3.logStore', message: { kind: 'fetchedEntries', incarnation: 5, sequence: 7, throughIndex: 9 } },
    ]);
    mending.receive(question([1, 3]), senderOf('n3'));
    const { entries } = context.takeOne('fetchedEntries') as unknown as { entries: readonly LogEntry[] };
    expect(entries.map(({ index }) => index)).toEqual([1, 3]);
  });
});

describe('an entry is taken for the one that stood there', () => {
  test('if it is of the term that both its neighbours have', () => {
    start([1, 2, 2, 2, 3], [3]);
    answer(senderOf('n2'), entriesOf([3], 3), 3);
    expect(storage.holes).toEqual([3]);
    answer(senderOf('n2'), entriesOf([2], 3), 3);
    expect(storage.holes).toEqual([]);
  });

  test.each([
    ['between terms', [1, 2, 2, 3], 3],
    ['at the end', [1, 2, 2], 3],
  ])('and not without what is left of the record, %s', (_where, log, hole) => {
    start(log, [hole]);
    answer(senderOf('n2'), entriesOf([2], hole), hole);
    expect(storage.holes).toEqual([hole]);
    start(log, [hole], true);
    answer(senderOf('n2'), entriesOf([3], hole), hole);
    expect(storage.holes).toEqual([hole]);
    answer(senderOf('n2'), entriesOf([2], hole), hole);
    expect(storage.holes).toEqual([]);
  });
});

describe('what follows a hole is left to a leader', () => {
  beforeEach(() => start([1, 1, 1, 2, 2], [4]));

  test('that has something else there, when no other member has it', () => {
    answer(senderOf('n3'), [], 4);
    answer(senderOf('n2'), entriesOf([3], 4), 4, { leads: 9 });
    expect([storage.holes, storage.lastIndex]).toEqual([[], 3]);
    expect(storage.damage).not.toBeNull();
    expect(restarts).toBe(0);
    flush();
    expect(restarts).toBe(1);
  });

  test('and not before every other member has looked for it: one that is away, or has holes too, may have it', () => {
    answer(senderOf('n2'), [], 4, { leads: 9 });
    answer(senderOf('n3'), [], 3);
    answer(senderOf('n2'), [], 4, { leads: 9 });
    expect([storage.holes, storage.lastIndex]).toEqual([[4], 5]);
    context.elapse(mending, 10 * defaultRaftSettings.electionTimeoutMaxMs - 1);
    answer(senderOf('n2'), [], 4, { leads: 9 });
    expect([storage.holes, storage.lastIndex]).toEqual([[4], 5]);
    context.elapse(mending, 1);
    answer(senderOf('n2'), [], 4, { leads: 9 });
    expect([storage.holes, storage.lastIndex]).toEqual([[], 3]);
  });

  test('and to no other member, nor to a leader of an earlier term', () => {
    answer(senderOf('n2'), [], 4);
    answer(senderOf('n3'), [], 4, { leads: 8 });
    expect([storage.holes, storage.lastIndex]).toEqual([[4], 5]);
  });

  test('and not before that has looked for it', () => {
    answer(senderOf('n2'), [], 3, { leads: 9 });
    expect(storage.holes).toEqual([4]);
  });
});

describe('what the own snapshot covers', () => {
  const startCovered = (): void => {
    start([1, 1, 2, 2, 2], [1, 3]);
    const configuration = votersOf('n1', 'n2', 'n3');
    storage.setSnapshot({ index: logIndex(3), term: term(2), id: '3-2-a', bytes: 1, configuration, ...timeOf(3) });
    flush();
  };
  const waitMs = 10 * defaultRaftSettings.electionTimeoutMaxMs;

  test('is given up when nobody has it, and not at once: another log with holes may need what stands beside it', () => {
    startCovered();
    context.elapse(mending, waitMs - 1);
    expect([storage.holes, storage.firstIndex]).toEqual([[1, 3], 1]);
    context.elapse(mending, 4 * defaultRaftSettings.heartbeatIntervalMs);
    expect([storage.holes, storage.firstIndex, storage.lastIndex, storage.damage]).toEqual([[], 4, 5, null]);
    flush();
    expect(restarts).toBe(1);
  });

  test('is given up also where a hole follows it, from which on the log is left to the leader: it never ends before the snapshot', () => {
    start([1, 1, 2, 2, 2], [1, 5]);
    const configuration = votersOf('n1', 'n2', 'n3');
    storage.setSnapshot({ index: logIndex(3), term: term(2), id: '3-2-a', bytes: 1, configuration, ...timeOf(3) });
    flush();
    answer(senderOf('n3'), [], 5);
    answer(senderOf('n2'), [], 3, { leads: 9 });
    expect([storage.holes, storage.firstIndex, storage.lastIndex, storage.damage]).toEqual([[5], 4, 5, null]);
    answer(senderOf('n2'), [], 5, { leads: 9 });
    expect([storage.holes, storage.firstIndex, storage.lastIndex]).toEqual([[], 4, 4]);
    expect(storage.damage).not.toBeNull();
  });

  test('is given up when a leader has it no more, nor anybody else', () => {
    startCovered();
    answer(senderOf('n3'), [], 3);
    answer(senderOf('n2'), [], 3, { leads: 9 });
    expect([storage.holes, storage.firstIndex, storage.lastIndex, storage.damage]).toEqual([[], 4, 5, null]);
  });
});

describe('a log store that is asked for entries', () => {
  test('gives those that it has, committed or not, as many as one message bears', () => {
    const store = new LogStoreFixture({ log: [1, 1, 2], currentTerm: 2 });
    store.receive(question([1, 3, 5]), senderOf('n2'));
    expect(store.takeOne('fetchedEntries')).toMatchObject({
      throughIndex: 5,
      entries: [{ index: 1 }, { index: 3, term: 2 }],
    });
    store.receive(question([1, 3, 5], 4), senderOf('n2'));
    expect(store.takeOne('fetchedEntries')).toMatchObject({ throughIndex: 1, entries: [{ index: 1 }] });
  });

  test('says which term it leads as it answers, and none if it leads none', () => {
    const store = new LogStoreFixture({ log: [1, 1, 2], currentTerm: 2 });
    store.receive(question([1]), senderOf('n2'));
    expect(store.takeOne('fetchedEntries')).toMatchObject({ leaderTerm: null });
    store.lead();
    store.receive(question([1]), senderOf('n2'));
    expect(store.takeOne('fetchedEntries')).toMatchObject({ leaderTerm: 3 });
  });

  test('leads no more if who asks is in a later term: on its word nothing would be left to it', () => {
    const store = new LogStoreFixture({ log: [1, 1, 2], currentTerm: 2 });
    store.lead();
    store.receive({ ...question([9]), term: term(7) }, senderOf('n2'));
    store.flush();
    expect(store.takeOne('fetchedEntries')).toMatchObject({ leaderTerm: null });
    expect(store.storage.hardState).toEqual({ currentTerm: 7, votedFor: null });
  });
});
