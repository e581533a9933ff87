import { clusterName, groupId, nodeId } from '@quorate/actor';
import {
  type Command,
  ConfigStore,
  MemoryTables,
  type Operation,
  type Query,
  type Retention,
  type Tables,
  type Write,
} from '@quorate/config-store';
import { type LogEntry, logIndex, term } from '@quorate/raft';
import { configStoreCodec, decodeAnswer, decodeResult, encodeCommand, encodeQuery } from '@quorate/wire';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { type DataFolder, openDataFolder } from '../src/data-folder.ts';
import type { LmdbTables } from '../src/lmdb-tables.ts';
import { temporaryFolder } from './temporary-folder.ts';

const storeOn = (tables: Tables): ConfigStore =>
  new ConfigStore({ tables, codec: configStoreCodec, stream: 'main.config' });

const key = fc.constantFrom('/a', '/a/1', '/a/2', '/b', '/é', '/\uffee', '/\u{1f600}');
const value = fc.uint8Array({ maxLength: 9 });
const keys = fc.oneof(
  fc.record({ key }),
  fc.constantFrom({ prefix: '' }, { prefix: '/a' }, { from: '/a/1', to: null }),
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ kind: fc.constant('put' as const), key, value }),
  fc.record({ kind: fc.constant('delete' as const), keys }),
  fc.record({ kind: fc.constant('list' as const), keys: fc.constant({ prefix: '/a' }), limit: fc.nat({ max: 3 }) }),
);
const retention: fc.Arbitrary<Retention> = fc.record({
  maxAgeMs: fc.constantFrom(null, 0, 20),
  maxVersions: fc.constantFrom(null, 1, 3),
});
const write: fc.Arbitrary<Write> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), key }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('txn' as const),
      compare: fc.array(fc.record({ target: fc.constant('exists' as const), keys, operand: fc.boolean() }), {
        maxLength: 2,
      }),
      then: fc.array(operation, { maxLength: 4 }),
      else: fc.array(operation, { maxLength: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('compact' as const), revision: fc.integer({ min: 1, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('setRetention' as const), retention }) },
);

const session = fc.integer({ min: 1, max: 5 });
const place = fc.record({ session, ahead: fc.integer({ min: 1, max: 4 }), floor: fc.nat({ max: 6 }) });
const sessionCommand: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ kind: fc.constant('openSession' as const), ttlMs: fc.constantFrom(1000, 3000) }),
  fc.record({ kind: fc.constant('keepSession' as const), session, floor: fc.nat({ max: 6 }) }),
  fc.record({ kind: fc.constant('closeSession' as const), session }),
);
const commandOfSession: fc.Arbitrary<Command> = fc.oneof(
  { weight: 1, arbitrary: sessionCommand },
  {
    weight: 4,
    arbitrary: fc.tuple(write, place).map(([one, { ahead, floor, ...rest }]) => {
      return { ...one, inSession: { ...rest, sequence: floor + ahead, floor } };
    }),
  },
);
const lease = fc.integer({ min: 1, max: 4 });
const leaseCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('put' as const), key, value, lease }) },
  fc.record({ kind: fc.constant('keepLease' as const), lease, owner: fc.constant('me') }),
  fc.record({ kind: fc.constant('revokeLease' as const), lease, owner: fc.constant('me') }),
);
/** Null: a no-op, which ends the leases whose time is over. */
const command: fc.Arbitrary<Command | null> = fc.oneof(write, commandOfSession, leaseCommand, fc.constant(null));
const opened: readonly Command[] = [
  ...[1000, 3000, 3000].map((ttlMs) => ({ kind: 'openSession', ttlMs }) as const),
  ...[1000, 3000, 9000].map((ttlMs) => ({ kind: 'grantLease', ttlMs, owner: 'me' }) as const),
];

/** All that can be asked: keys as they are and were, lists likewise, the past of each key, and what is kept. */
function* questions(revision: number): Generator<Query> {
  const all = ['/a', '/a/1', '/a/2', '/b', '/é', '/\uffee', '/\u{1f600}'];
  const list = { kind: 'list', keys: { prefix: '' }, after: null, limit: 100, keysOnly: false } as const;
  for (const one of all) yield { kind: 'history', key: one, before: null, limit: 1000 };
  for (let at = 1; at <= revision; at += 1) {
    yield { ...list, revision: at };
    for (const one of all) yield { kind: 'get', key: one, revision: at };
  }
  yield { ...list, revision: null };
  yield { kind: 'retention' };
  yield { kind: 'leases', after: 0, limit: 10 };
}

const answersOf = (store: ConfigStore): readonly unknown[] =>
  Array.from(questions(store.revision), (query) => decodeAnswer(store.query(encodeQuery(query))));

/** What a snapshot of these tables would hold, as hexadecimal. */
async function rowsOf(tables: LmdbTables): Promise<readonly string[]> {
  const reading = tables.reading();
  const rows: string[] = [];
  try {
    for (let some = reading.next(100, 1_000_000); some.length > 0; some = reading.next(100, 1_000_000)) {
      rows.push(...some.map(({ key: at, record }) => Buffer.concat([at, record]).toString('hex')));
    }
    return rows;
  } finally {
    reading.close();
  }
}

/** What an entry comes to; null for a no-op. */
function resultOf(store: ConfigStore, entry: LogEntry): unknown {
  const [applied] = store.apply([entry]);
  return applied === undefined || entry.kind === 'noop' ? null : decodeResult(applied.result);
}

async function openFolder(): Promise<DataFolder> {
  const options = { path: temporaryFolder(), nodeId: nodeId('n1'), clusterName: clusterName('main') };
  const folder = await openDataFolder(options);
  onTestFinished(() => folder.close());
  return folder;
}

test('a store on LMDB is the store in memory, entry by entry or in batches, and comes whole out of its rows', async () => {
  const folders = await Promise.all(Array.from({ length: 3 }, openFolder));
  let runs = 0;
  /** Empty tables of one group, in each of the folders: a record is sealed with the name of its group. */
  const freshTables = (): readonly LmdbTables[] => {
    runs += 1;
    return folders.map((folder) => folder.openTables(groupId(`g${runs}`)));
  };

  const drawn = fc.array(fc.tuple(command, fc.nat({ max: 30 })), { maxLength: 60, size: 'max' });
  await fc.assert(
    fc.asyncProperty(drawn, async (commands) => {
      const inMemory = new MemoryTables();
      const [tables, batchTables, copied] = freshTables();
      if (tables === undefined || batchTables === undefined || copied === undefined) throw new Error('no tables');
      const [plain, onDisk, inBatches] = [storeOn(inMemory), storeOn(tables), storeOn(batchTables)];
      let nowMs = 1_000_000;
      let index = 0;
      const entryOf = (one: Command | null, laterMs: number): LogEntry => {
        nowMs += laterMs;
        index += 1;
        const times = { timestampUs: nowMs * 1000, logTimeMs: 10 * (nowMs - 1_000_000) };
        const place = { index: logIndex(index), term: term(1), ...times };
        if (one === null) return { ...place, kind: 'noop', command: new Uint8Array() };
        return { ...place, kind: 'command', command: encodeCommand(one) };
      };
      const entries = [
        ...opened.map((one) => entryOf(one, 0)),
        ...commands.map(([one, laterMs]) => entryOf(one, laterMs)),
      ];
      for (const entry of entries) {
        const [expected, found] = [plain, onDisk].map((store) => resultOf(store, entry));
        expect(found).toEqual(expected);
        expect(onDisk.dueAtLogTimeMs).toBe(plain.dueAtLogTimeMs);
      }
      for (let at = 0; at < entries.length; at += 7) inBatches.apply(entries.slice(at, at + 7));
      expect(tables.progress).toEqual(inMemory.progress);
      expect(answersOf(onDisk)).toEqual(answersOf(plain));
      // However entries come together, the rows are the same: nodes take snapshots with the same bytes.
      expect(await rowsOf(batchTables)).toEqual(await rowsOf(tables));

      const reading = tables.reading();
      const replacement = copied.replacement();
      replacement.begin();
      for (let some = reading.next(5, 1000); some.length > 0; some = reading.next(5, 1000)) replacement.put(some);
      reading.close();
      replacement.finish(tables.progress);
      const copy = storeOn(copied);
      expect(answersOf(copy)).toEqual(answersOf(plain));
      expect(copy.dueAtLogTimeMs).toBe(plain.dueAtLogTimeMs);
      // What comes again is known to whoever has the rows: a session that a snapshot lacked would have it done again. And a lease that it lacked would never end.
      for (const again of [...commands.map(([one]) => entryOf(one, 0)), entryOf(null, 10_000)]) {
        const [expected, found] = [plain, copy].map((store) => resultOf(store, again));
        expect(found).toEqual(expected);
      }
      expect(answersOf(copy)).toEqual(answersOf(plain));
    }),
    { numRuns: 60, endOnFailure: true },
  );
});
