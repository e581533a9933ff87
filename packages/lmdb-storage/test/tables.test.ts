import { clusterName, groupId, nodeId } from '@quorate/actor';
import { MemoryTables, type Tables } from '@quorate/config-store';
import { CorruptRecord, logIndex, term } from '@quorate/raft';
import { open } from 'lmdb';
import { expect, onTestFinished, test } from 'vitest';
import { openDataFolder } from '../src/data-folder.ts';
import { LmdbTables } from '../src/lmdb-tables.ts';
import { StateEnvironment } from '../src/state-environment.ts';
import { describeTables, stored } from './tables-suite.ts';
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

const keysOf = (tables: Tables): readonly string[] =>
  tables.range({ prefix: '', after: null, limit: 100 }).map(({ key }) => key);

test('tables of several groups do not see each other, whatever their names and keys', async () => {
  const state = await openState();
  const groups = ['a', 'ab', 'b'].map((name) => new LmdbTables(state, groupId(name)));
  for (const [at, tables] of groups.entries()) {
    tables.transaction((writer) => {
      writer.put(stored(`b${at}`));
      writer.setProgress({ lastApplied: logIndex(at + 1), lastAppliedTerm: term(1), revision: at });
    });
  }
  expect(groups.map(keysOf)).toEqual([['b0'], ['b1'], ['b2']]);
  expect(['a', 'ab', 'b'].map((name) => new LmdbTables(state, groupId(name)).progress.lastApplied)).toEqual([1, 2, 3]);
});

test('a key that LMDB could not take is refused, and is not there', async () => {
  const tables = new LmdbTables(await openState(), config);
  for (const key of ['x'.repeat(1_972), '\ud800']) {
    expect(() => tables.transaction((writer) => writer.put(stored(key)))).toThrow(RangeError);
    expect(tables.get(key)).toBeNull();
    tables.transaction((writer) => writer.delete(key));
  }
  expect(keysOf(tables)).toEqual([]);
});

test('transactions do not nest, and are over when they are over', async () => {
  const tables = new LmdbTables(await openState(), config);
  expect(() => tables.transaction(() => tables.transaction(() => 1))).toThrow('do not nest');
  const writer = tables.transaction((of) => of);
  expect(() => writer.put(stored('/a'))).toThrow('over');
  expect(() => writer.delete('/a')).toThrow('over');
  expect(keysOf(tables)).toEqual([]);
});

test('a range that was read holds on to nothing', async () => {
  const path = temporaryFolder();
  const tables = new LmdbTables(await openState(path), config);
  for (const key of ['/a', '/b', '/c']) tables.transaction((writer) => writer.put(stored(key)));
  const sameEnvironment = open({ path, noSubdir: false, noSync: true });
  onTestFinished(() => sameEnvironment.close());
  tables.range({ prefix: '', after: null, limit: 2 });
  // LMDB keeps a reader until the turn is over.
  await new Promise((resolve) => setTimeout(resolve, 1));
  const readers = sameEnvironment.readerList().trim().split('\n').slice(1);
  expect(readers.filter((reader) => !reader.trim().endsWith('-'))).toEqual([]);
});

test('any one byte of a record that changed is found out by every read', async () => {
  const state = await openState();
  const tables = new LmdbTables(state, config);
  tables.transaction((writer) => writer.put(stored('/a')));
  const key = Buffer.from('config\0/a');
  const whole = Buffer.from(state.entries.getBinary(key) ?? []);
  expect(whole.length).toBeGreaterThan(20);
  for (let at = 0; at < whole.length; at += 1) {
    const changed = Buffer.from(whole);
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    state.entries.putSync(key, changed);
    expect(() => tables.get('/a')).toThrow(CorruptRecord);
    expect(() => tables.get('/a')).toThrow('group config, key "/a"');
    expect(() => keysOf(tables)).toThrow(CorruptRecord);
  }
  state.entries.putSync(Buffer.from('config\0/b'), whole);
  expect(() => tables.get('/b')).toThrow('checksum');
});

test('damaged progress is refused', async () => {
  const state = await openState();
  const tables = new LmdbTables(state, config);
  const progress = { lastApplied: logIndex(5), lastAppliedTerm: term(1), revision: 3 };
  tables.transaction((writer) => writer.setProgress(progress));
  const key = Buffer.from('config\0');
  const changed = Buffer.from(state.progress.getBinary(key) ?? []);
  changed[10] = (changed[10] ?? 0) ^ 1;
  state.progress.putSync(key, changed);
  expect(() => new LmdbTables(state, config)).toThrow(CorruptRecord);
});
