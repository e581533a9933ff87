import { beforeEach, describe, expect, test } from 'vitest';
import { Applier } from '../src/applier/applier.ts';
import {
  type ApplierMessage,
  defaultRaftSettings,
  encodeConfiguration,
  type LogEntry,
  logIndex,
  raftParts,
  type SnapshotFiles,
  type SnapshotPoint,
  type SnapshotRecord,
  silentPorts,
  term,
} from '../src/index.ts';
import { entriesOf, entryOf, timeOf, votersOf } from './support/entries.ts';
import { FakeContext, senderOf } from './support/fake-context.ts';
import { RecordingStateMachine } from './support/recording-state-machine.ts';
import { snapshotAt } from './support/snapshots.ts';

const settings = { ...defaultRaftSettings, snapshotEntries: 10, snapshotLogBytes: 10_000 };

/** Files that note what they are asked for. */
class FakeFiles implements SnapshotFiles {
  readonly taken: SnapshotPoint[] = [];
  readonly read = (): void => {};
  readonly stored: number[] = [];
  readonly loaded: string[] = [];
  kept: readonly string[] = [];
  have = 0;

  take(point: SnapshotPoint): void {
    this.taken.push(point);
  }
  storedBytes(): number {
    return this.have;
  }
  store(_record: SnapshotRecord, { offset }: { readonly offset: number }): void {
    this.stored.push(offset);
  }
  load({ id }: SnapshotRecord): void {
    this.loaded.push(id);
  }
  keepOnly(ids: readonly string[]): void {
    this.kept = ids;
  }
}

let context: FakeContext<ApplierMessage>;
let stateMachine: RecordingStateMachine;
let files: FakeFiles;
let applier: Applier;

function start(newest: SnapshotRecord | null = null, bytesSince = 0): void {
  const snapshots = {
    files,
    newest,
    configuration: votersOf('n1'),
    time: timeOf(stateMachine.lastApplied),
    bytesSince,
    isMending: false,
  };
  const { logger, streams, stages } = silentPorts;
  applier = new Applier(context, { stateMachine, settings, streams, stages, logger, snapshots }, raftParts);
}

beforeEach(() => {
  context = new FakeContext<ApplierMessage>('n1', 'applier');
  stateMachine = new RecordingStateMachine();
  files = new FakeFiles();
  start();
});

const receive = (message: ApplierMessage): void => applier.receive(message);

/** The log store commits these, and hands out what it is asked for of them. */
function commit(entries: readonly LogEntry[], firstIndex = 1): void {
  const end = logIndex(entries.at(-1)?.index ?? 0);
  receive({ kind: 'committed', index: end, leaderTerm: null });
  for (let turn = 0; turn < 100; turn += 1) {
    const ask = context.takeAll('readCommitted').at(-1);
    if (ask === undefined) return;
    const page = entries.filter(({ index }) => index >= Number(ask.fromIndex));
    const request = Number(ask.request);
    receive({ kind: 'committedEntries', request, entries: page, firstIndex: logIndex(firstIndex), commitIndex: end });
  }
}

const storeChunk = (record: SnapshotRecord, offset: number): void => {
  const chunk = { offset, bytes: new Uint8Array(100), checksum: 1 };
  receive({ kind: 'storeChunk', term: term(3), sequence: 9, leader: senderOf('n2'), record, ...chunk });
};

describe('taking snapshots', () => {
  test('at the same places on every node, in the middle of what is applied, with the members and the time as of there', () => {
    const members = votersOf('n1', 'n2');
    const configuration = { ...entryOf(1, 4, encodeConfiguration(members)), kind: 'configuration' } as const;
    const later = { ...entryOf(1, 12, encodeConfiguration(votersOf('n9'))), kind: 'configuration' } as const;
    const log = entriesOf(Array(15).fill(1)).map(
      (entry) => [configuration, later].find((one) => one.index === entry.index) ?? entry,
    );
    commit(log);
    expect(stateMachine.lastApplied).toBe(15);
    expect(files.taken).toEqual([{ index: 10, term: 1, configuration: members, ...timeOf(10) }]);
  });

  test('when much was applied since the last', () => {
    commit(entriesOf([1, 1]).map((entry) => ({ ...entry, command: new Uint8Array(6000) })));
    expect(files.taken.map(({ index }) => index)).toEqual([2]);
  });

  test('is told to the log store until that has a record of it; then the older files go', () => {
    const record = snapshotAt(3, 1);
    receive({ kind: 'snapshotTaken', record });
    context.elapse(applier, 4 * settings.heartbeatIntervalMs);
    expect(context.takeAll('snapshotTaken')).toHaveLength(2);
    stateMachine.apply(entriesOf([1, 1, 1]));
    receive({ kind: 'snapshotRecorded', record });
    expect(files.kept).toEqual([record.id]);
    context.elapse(applier, 20 * settings.heartbeatIntervalMs);
    expect(context.takeAll('snapshotTaken')).toEqual([]);
  });

  test('nothing is removed while one is being taken: its file may be there before its name is known', () => {
    commit(entriesOf(Array(10).fill(1)));
    receive({ kind: 'snapshotTaken', record: snapshotAt(10, 1) });
    commit(entriesOf(Array(20).fill(1)));
    expect(files.taken.map(({ index }) => index)).toEqual([10, 20]);
    receive({ kind: 'snapshotRecorded', record: snapshotAt(10, 1) });
    expect(files.kept).toEqual([]);
    receive({ kind: 'snapshotTaken', record: snapshotAt(20, 1) });
    receive({ kind: 'snapshotRecorded', record: snapshotAt(20, 1) });
    expect(files.kept).toEqual(['20-1']);
  });

  test('that fails is tried again at the next place', () => {
    commit(entriesOf(Array(10).fill(1)));
    receive({ kind: 'snapshotFailed', reason: 'no room' });
    commit(entriesOf(Array(20).fill(1)));
    expect(files.taken.map(({ index }) => index)).toEqual([10, 20]);
  });

  test('what was applied before the node was started counts for its bytes', () => {
    start(null, 9_000);
    commit(entriesOf([1]).map((entry) => ({ ...entry, command: new Uint8Array(900) })));
    expect(files.taken.map(({ index }) => index)).toEqual([1]);
  });

  test('a file that a peer is being sent stays, until nobody has asked for it for a while (hashicorp/raft#697)', () => {
    stateMachine.apply(entriesOf(Array(20).fill(1)));
    const peer = senderOf('n2').node;
    receive({ kind: 'readChunk', peer, sequence: 1, id: '10-1', offset: 0, maxBytes: 100 });
    receive({ kind: 'snapshotRecorded', record: snapshotAt(20, 1) });
    expect(files.kept).toEqual(['20-1', '10-1']);
    context.nowMs += settings.snapshotPatienceMs + 1;
    receive({ kind: 'snapshotRecorded', record: snapshotAt(20, 1) });
    expect(files.kept).toEqual(['20-1']);
  });
});

describe('a snapshot that is asked for', () => {
  const ask = (request: number, atIndex = 0): void =>
    receive({ kind: 'takeSnapshot', request, atIndex: logIndex(atIndex) });
  const record = (index: number): void => {
    receive({ kind: 'snapshotTaken', record: snapshotAt(index, 1) });
    receive({ kind: 'snapshotRecorded', record: snapshotAt(index, 1) });
  };
  const answers = () => context.takeAll('snapshotAnswer').map(({ request, outcome }) => ({ request, outcome }));
  const recorded = (index: number, isNew: boolean) => ({ kind: 'recorded', record: snapshotAt(index, 1), isNew });

  test('is taken at once, and told when the log has a record of it', () => {
    commit(entriesOf([1, 1, 1]));
    ask(1);
    expect(files.taken.map(({ index }) => index)).toEqual([3]);
    receive({ kind: 'snapshotTaken', record: snapshotAt(3, 1) });
    expect(answers()).toEqual([]);
    receive({ kind: 'snapshotRecorded', record: snapshotAt(3, 1) });
    expect(answers()).toEqual([{ request: 1, outcome: recorded(3, true) }]);
  });

  test('is not taken if the newest covers all that is applied', () => {
    commit(entriesOf([1, 1, 1]));
    ask(1);
    record(3);
    context.take();
    ask(2);
    expect(answers()).toEqual([{ request: 2, outcome: recorded(3, false) }]);
    expect(files.taken).toHaveLength(1);
  });

  test('is the same one when it is asked for again, whatever was applied meanwhile', () => {
    const log = entriesOf(Array(8).fill(1));
    commit(log.slice(0, 3));
    ask(1);
    ask(1);
    commit(log);
    ask(1);
    record(3);
    ask(1);
    expect(answers()).toEqual(Array(2).fill({ request: 1, outcome: recorded(3, true) }));
    expect(files.taken).toHaveLength(1);
  });

  test('while the log store has no record of one that is taken, which will do, is not taken again', () => {
    const log = entriesOf(Array(8).fill(1));
    commit(log.slice(0, 3));
    ask(1);
    receive({ kind: 'snapshotTaken', record: snapshotAt(3, 1) });
    commit(log);
    ask(1);
    expect(files.taken).toHaveLength(1);
  });

  test('while an older one is being taken follows it', () => {
    const log = entriesOf(Array(8).fill(1));
    commit(log.slice(0, 3));
    ask(1);
    commit(log);
    ask(2);
    record(3);
    expect(answers().map(({ request }) => request)).toEqual([1]);
    expect(files.taken.map(({ index }) => index)).toEqual([3, 8]);
    record(8);
    expect(answers()).toEqual([{ request: 2, outcome: recorded(8, true) }]);
  });

  test('at an index that is not applied yet waits until it is', () => {
    const log = entriesOf(Array(8).fill(1));
    commit(log.slice(0, 3));
    ask(1, 6);
    record(3);
    expect(files.taken).toEqual([]);
    commit(log);
    ask(1, 6);
    expect(files.taken.map(({ index }) => index)).toEqual([8]);
  });

  test('that fails is told, and taken when it is asked for again', () => {
    commit(entriesOf([1, 1, 1]));
    ask(1);
    receive({ kind: 'snapshotFailed', reason: 'no room' });
    expect(answers()).toEqual([{ request: 1, outcome: { kind: 'failed', reason: 'no room' } }]);
    ask(1);
    expect(files.taken).toHaveLength(2);
  });

  test('that nobody asks for any more is taken for nobody', () => {
    const log = entriesOf(Array(8).fill(1));
    commit(log.slice(0, 3));
    ask(1);
    commit(log);
    ask(2);
    context.nowMs += 11 * settings.electionTimeoutMaxMs;
    ask(3);
    record(3);
    record(8);
    expect(answers().map(({ request }) => request)).toEqual([3]);
  });
});

test('what the log store has no record of yet stays, its own and that of a leader', () => {
  stateMachine.apply(entriesOf(Array(50).fill(2)));
  receive({ kind: 'snapshotTaken', record: snapshotAt(50, 2) });
  const received = snapshotAt(60, 2, 200);
  files.have = 200;
  storeChunk(received, 0);
  receive({ kind: 'snapshotRecorded', record: snapshotAt(40, 2) });
  expect(files.kept).toEqual(expect.arrayContaining(['50-2', '60-2']));
  context.take();
  context.elapse(applier, 4 * settings.heartbeatIntervalMs);
  expect(context.take().map(({ message }) => message.kind)).toEqual(['snapshotTaken', 'snapshotReceived']);
});

describe('a snapshot that comes from a leader', () => {
  const record = snapshotAt(40, 2, 200);

  test('is stored chunk by chunk, each answered with how far it is', () => {
    storeChunk(record, 0);
    expect(files.stored).toEqual([0]);
    receive({ kind: 'chunkStored', id: record.id, storedBytes: 100 });
    expect(context.take()).toMatchObject([
      { to: 'n2.replicator/n1', message: { kind: 'installSnapshotReply', term: 3, id: record.id, nextOffset: 100 } },
    ]);
  });

  test('is the log store’s when it is whole, and all of it is acknowledged when that has it on disk', () => {
    storeChunk(record, 100);
    receive({ kind: 'chunkStored', id: record.id, storedBytes: 200 });
    expect(context.take()).toMatchObject([{ to: 'n1.logStore', message: { kind: 'snapshotReceived', record } }]);
    receive({ kind: 'snapshotRecorded', record });
    expect(context.takeOne('installSnapshotReply')).toMatchObject({ nextOffset: 200 });
    expect(files.loaded).toEqual([record.id]);
  });

  test('that is here already is not stored again', () => {
    files.have = 200;
    storeChunk(record, 0);
    expect(files.stored).toEqual([]);
    expect(context.takeAll('snapshotReceived')).toHaveLength(1);
  });

  test('is loaded before anything that follows it is applied or answered', () => {
    receive({ kind: 'snapshotRecorded', record });
    receive({ kind: 'committed', index: logIndex(41), leaderTerm: null });
    receive({
      kind: 'query',
      request: 1,
      atIndex: logIndex(0),
      minRevision: 0,
      isFinal: true,
      query: new Uint8Array(),
    });
    expect(context.take()).toEqual([]);
    for (const entry of entriesOf(Array(40).fill(2))) stateMachine.applied.push(entry);
    receive({ kind: 'snapshotLoaded', id: record.id });
    const sent = context.take().map(({ message }) => message);
    expect(sent).toMatchObject([
      { kind: 'applied', index: 40 },
      { kind: 'queryAnswer', request: 1 },
      { kind: 'readCommitted', fromIndex: 41 },
    ]);
  });

  test('of less than what is applied is not loaded: lastApplied never goes back', () => {
    stateMachine.apply(entriesOf(Array(50).fill(2)));
    receive({ kind: 'snapshotRecorded', record });
    expect(files.loaded).toEqual([]);
  });

  test('is loaded at the start of a node whose state is behind it', () => {
    start(record);
    expect(files.loaded).toEqual([record.id]);
  });

  test('entries behind a snapshot that is not loaded yet wait for it', () => {
    commit(entriesOf([2, 2], 41), 41);
    expect(stateMachine.lastApplied).toBe(0);
  });
});
