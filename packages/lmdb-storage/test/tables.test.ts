import { clusterName, groupId, nodeId } from '@quorate/actor';
import { keysTable, MemoryTables } from '@quorate/config-store';
import { CorruptRecord, logIndex, term } from '@quorate/raft';
import { open } from 'lmdb';
import { expect, onTestFinished, test } from 'vitest';
import { headerLength, seal } from '../src/checked-record.ts';
import { openDataFolder } from '../src/data-folder.ts';
import { LmdbTables } from '../src/lmdb-tables.ts';
import { StateEnvironment } from '../src/state-environment.ts';
import { RowRecords, readRow } from '../src/table-record.ts';
import { keyRow, keysOf, putKey } from './rows.ts';
import { describeTables } from './tables-suite.ts';
import { temporaryFolder } from './temporary-folder.ts';

const config = groupId('config');

describeTables('memory', async () => new MemoryTables());

describeTables('LMDB', async () => {
  const folder = await openDataFolder({
    path: temporaryFolder(),
    nodeId: nodeId('n1'),
    clusterName: clusterName('main'),
  });
  onTestFinished(() => folder.close());
  return folder.openTables(config);
});

async function openState(path: string = temporaryFolder()): Promise<StateEnvironment> {
  const state = await StateEnvironment.open(path, 'this boot');
  onTestFinished(() => state.close());
  return state;
}

test('tables of several groups do not see each other, whatever their names and keys', async () => {
  const state = await openState();
  const groups = ['a', 'ab', 'b'].map((name) => new LmdbTables(state, groupId(name)));
  for (const [at, tables] of groups.entries()) {
    tables.transaction((writer) => {
      putKey(writer, `b${at}`);
      writer.setProgress({ lastApplied: logIndex(at + 1), lastAppliedTerm: term(1), revision: at, stateHash: 0 });
    });
  }
  expect(groups.map(keysOf)).toEqual([['b0'], ['b1'], ['b2']]);
  expect(['a', 'ab', 'b'].map((name) => new LmdbTables(state, groupId(name)).progress.lastApplied)).toEqual([1, 2, 3]);
});

test('a key that LMDB could not take is refused', async () => {
  const tables = new LmdbTables(await openState(), config);
  for (const key of ['x'.repeat(1_972), '\ud800']) {
    expect(() => tables.transaction((writer) => putKey(writer, key))).toThrow(RangeError);
    expect(() => tables.get(keysTable, key)).toThrow(RangeError);
  }
  expect(keysOf(tables)).toEqual([]);
});

test('a range that was read holds on to nothing', async () => {
  const path = temporaryFolder();
  const tables = new LmdbTables(await openState(path), config);
  for (const key of ['/a', '/b', '/c']) tables.transaction((writer) => putKey(writer, key));
  const sameEnvironment = open({ path, noSubdir: false, noSync: true });
  onTestFinished(() => sameEnvironment.close());
  tables.range(keysTable, { limit: 2 });
  // LMDB keeps a reader until the turn is over.
  await new Promise((resolve) => setTimeout(resolve, 1));
  const readers = sameEnvironment.readerList().trim().split('\n').slice(1);
  expect(readers.filter((reader) => !reader.trim().endsWith('-'))).toEqual([]);
});

test('a record that ends early, or has a counter that is none, is no row', () => {
  const seed = 7;
  const whole = Buffer.from(new RowRecords().of(keysTable, keyRow('value'), seed));
  expect(readRow(keysTable, whole, seed, () => 'here')).toEqual(keyRow(new Uint8Array(Buffer.from('value'))));
  for (let length = headerLength; length < whole.length; length += 1) {
    const short = Buffer.from(whole.subarray(0, length));
    seal(short, seed);
    expect(() => readRow(keysTable, short, seed, () => 'here')).toThrow(CorruptRecord);
  }
  const endless = Buffer.alloc(whole.length, 0xff);
  seal(endless, seed);
  expect(() => readRow(keysTable, endless, seed, () => 'here')).toThrow('here');
});

test('any one byte of a record that changed is found out by every read', async () => {
  const state = await openState();
  const tables = new LmdbTables(state, config);
  tables.transaction((writer) => putKey(writer, '/a'));
  const key = Buffer.from('config\0\x01/a\0');
  const whole = Buffer.from(state.rows.getBinary(key) ?? []);
  expect(whole.length).toBeGreaterThan(20);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    state.rows.putSync(key, changed);
    expect(() => tables.get(keysTable, '/a')).toThrow(CorruptRecord);
    expect(() => tables.get(keysTable, '/a')).toThrow('group config, table 1, key "/a"');
    expect(() => keysOf(tables)).toThrow(CorruptRecord);
  }
  state.rows.putSync(Buffer.from('config\0\x01/b\0'), whole);
  expect(() => tables.get(keysTable, '/b')).toThrow('checksum');
});

test('damaged progress is refused', async () => {
  const state = await openState();
  const tables = new LmdbTables(state, config);
  const progress = { lastApplied: logIndex(5), lastAppliedTerm: term(1), revision: 3, stateHash: 5 };
  tables.transaction((writer) => writer.setProgress(progress));
  const key = Buffer.from('config\0');
  const changed = Buffer.from(state.progress.getBinary(key) ?? []);
  changed[10] = (changed[10] ?? 0) ^ 1;
  state.progress.putSync(key, changed);
  expect(() => new LmdbTables(state, config)).toThrow(CorruptRecord);
});
