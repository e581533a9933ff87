import { beforeEach, describe, expect, test } from 'vitest';
import { Applier } from '../src/applier/applier.ts';
import {
  type AppliedEntry,
  type ApplierMessage,
  InvariantViolated,
  type LogEntry,
  logIndex,
  noSnapshotFiles,
  raftParts,
  defaultRaftSettings as settings,
  silentPorts,
  term,
  timeBeforeLog,
} from '../src/index.ts';
import { entriesOf, votersOf } from './support/entries.ts';
import { FakeContext } from './support/fake-context.ts';
import { RecordingStateMachine } from './support/recording-state-machine.ts';

const retryMs = 2 * settings.heartbeatIntervalMs;

let context: FakeContext<ApplierMessage>;
let stateMachine: RecordingStateMachine;
let published: number[][];
let applier: Applier;

beforeEach(() => {
  context = new FakeContext<ApplierMessage>('n1', 'applier');
  stateMachine = new RecordingStateMachine();
  published = [];
  applier = start();
});

function start(): Applier {
  const publish = (applied: readonly AppliedEntry[]): void => {
    published.push(applied.map(({ entry }) => entry.index));
  };
  const snapshots = {
    files: noSnapshotFiles,
    newest: null,
    configuration: votersOf('n1'),
    time: timeBeforeLog,
    isMending: false,
    bytesSince: 0,
  };
  const { logger, stages } = silentPorts;
  return new Applier(
    context,
    { stateMachine, settings, streams: { ...silentPorts.streams, publish }, stages, logger, snapshots },
    raftParts,
  );
}

const receive = (message: ApplierMessage): void => applier.receive(message);

const committed = (index: number, leaderTerm: number | null = null): void =>
  receive({ kind: 'committed', index: logIndex(index), leaderTerm: leaderTerm === null ? null : term(leaderTerm) });

/** The log store answers the reading of that number. */
function read(request: number, entries: readonly LogEntry[]): void {
  const end = logIndex(entries.at(-1)?.index ?? 0);
  receive({ kind: 'committedEntries', request, entries, firstIndex: logIndex(1), commitIndex: end });
}

/** Applies entries of term 1 up to `index`, as told by the log store of a leader of that term, or of none. */
function apply(index: number, leaderTerm: number | null = null): void {
  committed(index, leaderTerm);
  const { request, fromIndex } = context.takeOne('readCommitted');
  read(Number(request), entriesOf(Array(index - Number(fromIndex) + 1).fill(1), Number(fromIndex)));
}

const appliedIndexes = (): number[] => stateMachine.applied.map(({ index }) => index);

describe('Raft figure 2, rules for servers: all servers, 1', () => {
  test('what is committed is read and applied, in order, and lastApplied told', () => {
    committed(3);
    expect(context.take()).toMatchObject([
      { to: 'n1.logStore', message: { kind: 'readCommitted', reader: 'applier', fromIndex: 1 } },
    ]);
    read(1, entriesOf([1, 1, 2]));
    expect(appliedIndexes()).toEqual([1, 2, 3]);
    expect(context.takeOne('applied')).toEqual({ kind: 'applied', index: 3 });
  });

  test('page by page, until all that is known to be committed is applied', () => {
    committed(4);
    context.take();
    read(1, entriesOf([1, 1]));
    expect(context.takeOne('readCommitted')).toMatchObject({ fromIndex: 3 });
    read(2, entriesOf([1, 1], 3));
    expect(appliedIndexes()).toEqual([1, 2, 3, 4]);
    expect(context.takeAll('readCommitted')).toEqual([]);
  });

  test('each entry once: a page that comes twice, or late, is not applied again', () => {
    committed(2);
    read(1, entriesOf([1, 1]));
    read(1, entriesOf([1, 1]));
    committed(3);
    read(1, entriesOf([1, 1]));
    expect(appliedIndexes()).toEqual([1, 2]);
  });

  test('nothing but the entry after lastApplied is accepted', () => {
    committed(3);
    expect(() => read(1, entriesOf([1, 1], 2))).toThrow(InvariantViolated);
    expect(appliedIndexes()).toEqual([]);
  });

  test('one page at a time is asked for', () => {
    committed(1);
    committed(2);
    expect(context.takeAll('readCommitted')).toHaveLength(1);
  });

  test('a page that is lost is asked for again, and the lost one does not count when it comes after all', () => {
    committed(2);
    context.take();
    context.elapse(applier, retryMs);
    const { request } = context.takeOne('readCommitted');
    read(1, entriesOf([1, 1]));
    expect(appliedIndexes()).toEqual([]);
    read(Number(request), entriesOf([1, 1]));
    expect(appliedIndexes()).toEqual([1, 2]);
    context.elapse(applier, 10 * retryMs);
    expect(context.takeAll('readCommitted')).toEqual([]);
  });

  test('a page without entries ends the reading; the next notice begins another', () => {
    committed(1);
    context.take();
    read(1, []);
    expect(context.take()).toEqual([]);
    committed(1);
    expect(context.takeAll('readCommitted')).toHaveLength(1);
  });

  test('a notice that is repeated, since lastApplied was lost, is answered with it', () => {
    apply(2);
    context.take();
    committed(2);
    expect(context.take()).toMatchObject([{ to: 'n1.logStore', message: { kind: 'applied', index: 2 } }]);
  });

  test('state kept: after a restart it goes on after what the state machine has', () => {
    apply(2);
    applier = start();
    context.take();
    committed(3);
    expect(context.takeOne('readCommitted')).toMatchObject({ fromIndex: 3 });
  });
});

describe('queries', () => {
  const query = (request: number, atIndex: number, minRevision = 0, isFinal = true): void =>
    receive({ kind: 'query', request, atIndex: logIndex(atIndex), minRevision, isFinal, query: new Uint8Array() });

  test('are answered when all up to their index is applied', () => {
    query(1, 2);
    expect(context.takeAll('queryAnswer')).toEqual([]);
    committed(3);
    read(1, entriesOf([1]));
    expect(context.takeAll('queryAnswer')).toEqual([]);
    read(2, entriesOf([1, 1], 2));
    expect(context.takeOne('queryAnswer')).toMatchObject({ request: 1 });
    query(2, 3);
    expect(context.takeOne('queryAnswer')).toMatchObject({ request: 2 });
  });

  test('that want a later revision wait for it, and the gateway is told what is reached', () => {
    apply(2);
    context.take();
    query(1, 0, 4, false);
    expect(context.take()).toMatchObject([
      { to: 'n1.gateway', message: { kind: 'queryNotYet', request: 1, isFinal: false, revision: 2 } },
    ]);
    committed(4);
    read(2, entriesOf([1], 3));
    expect(context.takeAll('queryAnswer')).toEqual([]);
    read(3, entriesOf([1], 4));
    expect(context.takeOne('queryAnswer')).toMatchObject({ request: 1 });
  });

  test('that want one which is not written at their index have nothing to wait for', () => {
    committed(3);
    query(1, 2, 4);
    expect(context.takeAll('queryNotYet')).toEqual([]);
    read(1, entriesOf([1, 1]));
    expect(context.takeOne('queryNotYet')).toMatchObject({ request: 1, isFinal: true, revision: 2 });
    read(2, entriesOf([1, 1], 3));
    expect(context.takeAll('queryAnswer')).toEqual([]);
  });

  test('that want a revision which is there are answered like any', () => {
    apply(2);
    context.take();
    query(1, 0, 2, false);
    expect(context.takeOne('queryAnswer')).toMatchObject({ request: 1 });
  });

  test('that nobody waits for any more are not', () => {
    query(1, 1);
    receive({ kind: 'forget', request: 1 });
    apply(1);
    expect(context.takeAll('queryAnswer')).toEqual([]);
  });
});

describe('what the leader and the streams hear', () => {
  test('a leader’s node tells the results, and publishes', () => {
    apply(2, 1);
    const results = context.takeAll('applied').flatMap(({ results }) => results ?? []);
    expect(results).toMatchObject([
      { index: 1, term: 1 },
      { index: 2, term: 1 },
    ]);
    expect(published).toEqual([[1, 2]]);
  });

  test('no other node does', () => {
    apply(2);
    expect(context.take().filter(({ to }) => to === 'n1.leader')).toEqual([]);
    expect(published).toEqual([]);
  });

  test('a leader that missed results gets them when it asks', () => {
    apply(3);
    context.take();
    receive({ kind: 'askResults', fromIndex: logIndex(2), toIndex: logIndex(3) });
    expect(context.take()).toMatchObject([
      { to: 'n1.leader', message: { kind: 'applied', results: [{ index: 2 }, { index: 3 }] } },
    ]);
    receive({ kind: 'askResults', fromIndex: logIndex(4), toIndex: logIndex(9) });
    expect(context.take()).toEqual([]);
  });

  test('a node that takes office publishes what its predecessor may not have told, once', () => {
    apply(2);
    committed(2, 4);
    context.elapse(applier, 10);
    expect(published).toEqual([[1, 2]]);
    committed(2, 4);
    context.elapse(applier, 10);
    expect(published).toEqual([[1, 2]]);
  });

  test('thousands of them do not keep its first writes waiting, and come before those on the streams', () => {
    for (let index = 500; index <= 3_000; index += 500) apply(index);
    committed(3_000, 4);
    expect(published).toEqual([]);
    context.take();
    apply(3_001, 4);
    expect(context.takeAll('applied')).toMatchObject([{ index: 3_001 }, { results: [{ index: 3_001 }] }]);
    context.elapse(applier, 1);
    expect(published.flat().length).toBeLessThan(300);
    context.elapse(applier, 1_000);
    expect(published.flat()).toEqual(Array.from({ length: 3_001 }, (_, place) => place + 1));
    apply(3_002, 4);
    expect(published.at(-1)).toEqual([3_002]);
  });

  test('a node that leads no more leaves the rest to its successor', () => {
    apply(500);
    committed(500, 4);
    context.elapse(applier, 1);
    const told = published.flat().length;
    committed(500, null);
    context.elapse(applier, 1_000);
    expect(published.flat().length).toBe(told);
    committed(500, 6);
    context.elapse(applier, 1_000);
    expect(published.flat().slice(told)).toEqual(Array.from({ length: 500 }, (_, place) => place + 1));
  });
});

describe('what ends by time alone', () => {
  const tellDue = { to: 'n1.leader', message: { kind: 'due', logTimeMs: 9_000 } } as const;
  const told = (): unknown[] => context.take().filter(({ message }) => message.kind === 'due');

  beforeEach(() => {
    stateMachine.dueAtLogTimeMs = 9_000;
  });

  test('is told to the leader of this node when it takes office, and after what is applied', () => {
    apply(2);
    committed(2, 1);
    expect(told()).toMatchObject([tellDue]);
    apply(3, 1);
    expect(told()).toMatchObject([tellDue]);
  });

  test('is told again at each heartbeat while there is something, for a message may be lost', () => {
    apply(2, 1);
    told();
    context.elapse(applier, 2 * settings.heartbeatIntervalMs);
    expect(told()).toMatchObject([tellDue, tellDue]);
    stateMachine.dueAtLogTimeMs = null;
    context.elapse(applier, 2 * settings.heartbeatIntervalMs);
    expect(told()).toEqual([]);
  });

  test('is told by no follower, nor by a leader that is none any more', () => {
    apply(2);
    expect(told()).toEqual([]);
    apply(3, 1);
    told();
    apply(4);
    context.elapse(applier, 2 * settings.heartbeatIntervalMs);
    expect(told()).toEqual([]);
  });
});
