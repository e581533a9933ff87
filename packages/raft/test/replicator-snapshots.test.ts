import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings, logIndex, term } from '../src/index.ts';
import { type Sent, senderOf } from './support/fake-context.ts';
import { ReplicatorFixture, token } from './support/replicator-fixture.ts';
import { snapshotAt } from './support/snapshots.ts';

const record = snapshotAt(40, 2, 1000);
const settings = { snapshotChunkBytes: 100, maxInflightChunks: 3, snapshotPatienceMs: 3_000 };
const { heartbeatIntervalMs } = defaultRaftSettings;

let replicator: ReplicatorFixture;

/** The offsets of the chunks that the applier is asked for. */
const asked = (): unknown[] => replicator.context.takeAll('readChunk').map(({ offset }) => offset);

const needed = (shown = record): void => {
  const { sequence } = replicator.context.takeOne('prepareAppend');
  replicator.receive({ kind: 'snapshotNeeded', token, sequence: Number(sequence), record: shown });
};

const answer = (nextOffset: number, id = record.id): void =>
  replicator.receive(
    { kind: 'installSnapshotReply', term: term(3), incarnation: 1, sequence: 1, id, nextOffset },
    senderOf('n2'),
  );

beforeEach(() => {
  replicator = new ReplicatorFixture(Array(60).fill(2), settings);
});

describe('a peer that needs what the log has no more', () => {
  test('is asked with one chunk how much it has, and then sent ever more ahead, up to a bound', () => {
    needed();
    expect(asked()).toEqual([0]);
    answer(100);
    expect(asked()).toEqual([100, 200]);
    answer(200);
    expect(asked()).toEqual([300, 400]);
    answer(300);
    expect(asked()).toEqual([500]);
  });

  test('goes on from the last chunk that it has stored', () => {
    needed();
    asked();
    answer(700);
    expect(asked()).toEqual([700, 800]);
  });

  test('gets each chunk from the applier, with what it is of', () => {
    needed();
    replicator.context.take();
    const chunk = { offset: 0, bytes: new Uint8Array(100), checksum: 5 };
    replicator.receive({ kind: 'chunkPrepared', sequence: 1, id: record.id, chunk });
    expect(replicator.context.take()).toMatchObject([
      { to: 'n2.logStore', message: { kind: 'installSnapshot', term: 3, record, offset: 0, checksum: 5 } },
    ]);
    replicator.receive({ kind: 'chunkPrepared', sequence: 1, id: '39-2', chunk });
    expect(replicator.context.take()).toEqual([]);
  });

  test('gets heartbeats meanwhile, at the end of the snapshot, and no entries', () => {
    needed();
    replicator.context.take();
    replicator.elapse(heartbeatIntervalMs);
    expect(replicator.context.takeOne('prepareAppend')).toMatchObject({
      nextIndex: 41,
      maxEntries: 0,
      snapshotIndex: 40,
    });
  });

  test('is told of to the leader, with what it has stored of how much', () => {
    const told = (): unknown => {
      replicator.elapse(heartbeatIntervalMs);
      const heartbeat = replicator.exchange().at(-1);
      replicator.reply({ sequence: Number(heartbeat?.sequence), conflict: [0, 0] });
      return replicator.context.takeOne('matched');
    };
    needed();
    answer(300);
    expect(told()).toMatchObject({ mode: 'snapshot', transfer: { storedBytes: 300, totalBytes: 1000 } });
    answer(1000);
    replicator.context.take();
    expect(told()).toMatchObject({ transfer: null });
  });

  test('is probed behind the snapshot when it has all of it', () => {
    needed();
    replicator.context.take();
    answer(1000);
    const probe = replicator.context.takeOne('prepareAppend');
    expect(probe).toMatchObject({ nextIndex: 41, snapshotIndex: null });
    expect(probe.maxEntries).toBeGreaterThan(0);
  });

  test('that accepts a heartbeat has it installed: appends follow', () => {
    needed();
    replicator.context.take();
    replicator.elapse(heartbeatIntervalMs);
    const [heartbeat] = replicator.exchange();
    replicator.reply({ sequence: Number(heartbeat?.sequence), matchIndex: 40 });
    const sent = replicator.exchange();
    expect(sent.some(({ entries }) => Array.isArray(entries) && entries.length > 0)).toBe(true);
  });

  test('that refuses heartbeats is sent the snapshot all the same', () => {
    needed();
    asked();
    replicator.elapse(heartbeatIntervalMs);
    const [heartbeat] = replicator.exchange();
    replicator.reply({ sequence: Number(heartbeat?.sequence), conflict: [3, 1] });
    expect(replicator.context.takeAll('prepareAppend')).toEqual([]);
    answer(100);
    expect(asked()).toEqual([100, 200]);
  });
});

test('the log is kept for a peer that may come, and longer for one that has begun: it may be checking what it has, or be cut off for a while', () => {
  const pinned = (): unknown[] => {
    replicator.elapse(heartbeatIntervalMs);
    const asks = replicator.context.takeAll('prepareAppend');
    return asks.map(({ snapshotIndex }) => snapshotIndex);
  };
  needed();
  for (let beat = 1; beat < 40; beat += 1) expect(pinned()).toEqual([40]);
  expect(pinned()).toEqual([null]);
  expect(pinned()).toEqual([null]);
  answer(100);
  replicator.context.take();
  for (let beat = 1; beat < 60; beat += 1) expect(pinned()).toEqual([40]);
  expect(pinned()).toEqual([null]);
});

test('a peer that was away is sent the snapshot that is the newest when it comes back', () => {
  needed();
  replicator.elapse(41 * heartbeatIntervalMs);
  replicator.context.take();
  replicator.elapse(30 * heartbeatIntervalMs);
  expect(replicator.context.takeAll('prepareAppend').at(-1)).toMatchObject({ nextIndex: 1 });
  replicator.elapse(4 * heartbeatIntervalMs);
  const newer = snapshotAt(50, 2, 1000);
  const asks = replicator.context.takeAll('prepareAppend');
  const sequence = Number(asks.at(-1)?.sequence);
  replicator.receive({ kind: 'snapshotNeeded', token, sequence, record: newer });
  answer(100);
  expect(asked()).toEqual([0]);
  answer(100, newer.id);
  expect(asked()).toEqual([100]);
});

describe('the first word of a peer that was away', () => {
  beforeEach(() => {
    needed();
    replicator.elapse(41 * heartbeatIntervalMs);
    replicator.context.take();
  });

  const newer = snapshotAt(50, 2, 1000);

  test('has the log store asked what it needs by now, at once', () => {
    answer(100);
    needed(newer);
    expect(asked()).toContain(0);
    answer(100, newer.id);
    expect(asked()).toEqual([100, 200]);
  });

  test('be it a heartbeat that it refuses', () => {
    replicator.elapse(heartbeatIntervalMs);
    const [heartbeat] = replicator.exchange();
    replicator.reply({ sequence: Number(heartbeat?.sequence), conflict: [3, 1] });
    expect(replicator.context.takeOne('prepareAppend')).toMatchObject({ nextIndex: 1, maxEntries: 0 });
  });

  test('ends the waiting for what it did not answer: it is sent again at once', () => {
    answer(100);
    replicator.context.take();
    replicator.elapse(100 * heartbeatIntervalMs);
    replicator.context.take();
    replicator.elapse(heartbeatIntervalMs);
    const [heartbeat] = replicator.exchange();
    replicator.reply({ sequence: Number(heartbeat?.sequence), conflict: [3, 1] });
    replicator.context.take();
    replicator.elapse(heartbeatIntervalMs);
    expect(asked()).toEqual([100]);
    answer(200);
    replicator.context.take();
    replicator.elapse(5 * heartbeatIntervalMs);
    expect(asked()).toEqual([200]);
  });

  test('and the transfer goes on if there is no newer one', () => {
    answer(300);
    needed();
    answer(400);
    expect(asked()).toEqual([400, 500]);
  });
});

describe('under rounds that follow each other faster than heartbeats', () => {
  let round = 0;

  /** Goes through so many heartbeat intervals. Gives what the applier and the log store were asked for. */
  const rounds = (intervals: number): readonly Sent['message'][] => {
    const messages: Sent['message'][] = [];
    for (let half = 0; half < 2 * intervals; half += 1) {
      replicator.elapse(heartbeatIntervalMs / 2);
      round += 1;
      replicator.advance({ round });
      for (const { message } of replicator.context.take()) {
        messages.push(message);
        if (message.kind === 'prepareAppend') replicator.prepared(message);
      }
    }
    return messages;
  };

  test('what is lost is sent again', () => {
    needed();
    expect(asked()).toEqual([0]);
    expect(rounds(5).filter(({ kind }) => kind === 'readChunk')).toMatchObject([{ offset: 0 }]);
  });

  test('the log is not kept for a peer that does not answer', () => {
    needed();
    expect(rounds(42).findLast(({ kind }) => kind === 'prepareAppend')).toMatchObject({ snapshotIndex: null });
  });
});

describe('what is lost on the way', () => {
  beforeEach(() => {
    needed();
    asked();
    answer(100);
    asked();
  });

  test('is sent again when the peer says the same again', () => {
    answer(100);
    expect(asked()).toEqual([]);
    answer(100);
    expect(asked()).toEqual([100]);
  });

  test('is sent from its beginning when the peer, which had more, says so again: what it had was damaged', () => {
    answer(900);
    asked();
    answer(0);
    expect(asked()).toEqual([]);
    answer(0);
    expect(asked()).toEqual([0]);
    answer(100);
    expect(asked()).toEqual([100]);
  });

  test('is sent again after longer than answers take, less of it, and each time later', () => {
    replicator.elapse(3 * heartbeatIntervalMs);
    expect(asked()).toEqual([]);
    replicator.elapse(heartbeatIntervalMs);
    expect(asked()).toEqual([100]);
    replicator.elapse(7 * heartbeatIntervalMs);
    expect(asked()).toEqual([]);
    replicator.elapse(heartbeatIntervalMs);
    expect(asked()).toEqual([100]);
    replicator.elapse(15 * heartbeatIntervalMs);
    expect(asked()).toEqual([]);
  });

  test('an answer about another snapshot, in another term, or to another life, changes nothing', () => {
    answer(1000, '39-2');
    const reply = { kind: 'installSnapshotReply', sequence: 1, id: record.id, nextOffset: 1000 } as const;
    replicator.receive({ ...reply, term: term(2), incarnation: 1 }, senderOf('n2'));
    replicator.receive({ ...reply, term: term(3), incarnation: 2 }, senderOf('n2'));
    replicator.receive({ ...reply, term: term(3), incarnation: 1 }, senderOf('n2', { storageId: 'another' }));
    expect(replicator.context.takeAll('prepareAppend')).toEqual([]);
  });

  test('a file that is gone: the peer is probed anew, and may need a newer one', () => {
    replicator.receive({ kind: 'chunkPrepared', sequence: 1, id: record.id, chunk: null });
    replicator.elapse(heartbeatIntervalMs);
    const newer = snapshotAt(50, 2, 1000);
    needed(newer);
    expect(asked()).toEqual([0]);
    answer(100, newer.id);
    expect(asked()).toEqual([100, 200]);
  });
});

test('a higher term in its answer goes to the log store', () => {
  needed();
  replicator.context.take();
  const reply = { kind: 'installSnapshotReply', incarnation: 1, sequence: 1, id: record.id, nextOffset: 0 } as const;
  replicator.receive({ ...reply, term: term(4) }, senderOf('n2'));
  expect(replicator.context.take()).toMatchObject([
    { to: 'n1.logStore', message: { kind: 'observeTerm', term: logIndex(4) } },
  ]);
});
