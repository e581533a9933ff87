import { closeSync, openSync, readdirSync, readFileSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { type Chunk, CorruptRecord, configurationOf, logIndex, type SnapshotRecord, term } from '@quorate/raft';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { checkSnapshotSync } from '../src/snapshot-files/read-snapshot.ts';
import { putKey } from './rows.ts';
import { pointAt, SnapshotSubject, values } from './snapshot-subject.ts';

const owner = { clusterName: clusterName('main'), clusterId: 'c1', group: groupId('config') };

const folderOf = ({ path }: SnapshotSubject): string => join(path, 'snapshots', 'config');
const namesIn = (subject: SnapshotSubject): readonly string[] => readdirSync(folderOf(subject)).sort();
const fileOf = (subject: SnapshotSubject, { id }: SnapshotRecord): string => join(folderOf(subject), `${id}.snapshot`);
const partOf = (subject: SnapshotSubject, { id }: SnapshotRecord): string => join(folderOf(subject), `${id}.part`);

const chunkOf = (content: Buffer, offset: number, length: number): Chunk => {
  const bytes = content.subarray(offset, offset + length);
  return { offset, bytes, checksum: crc32(bytes) };
};

/** Changes one byte of a record of the state, in every place of the file where it stands or stood, as a disk would. */
function damage(folder: string, key: string): void {
  const path = join(folder, 'data.mdb');
  const bytes = readFileSync(path);
  const file = openSync(path, 'r+');
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1)) {
    const changed = at + key.length + 8;
    writeSync(file, Buffer.from([bytes.readUInt8(changed) ^ 1]), 0, 1, changed);
  }
  closeSync(file);
}

/** Hands a snapshot over from one node to another, in chunks. */
async function transfer(from: SnapshotSubject, to: SnapshotSubject, record: SnapshotRecord): Promise<void> {
  const peer = nodeId('n2');
  for (let sequence = 1; to.files.storedBytes(record) < record.bytes; sequence += 1) {
    const offset = to.files.storedBytes(record);
    from.files.read({ peer, sequence, id: record.id, offset, maxBytes: 50_000 });
    const answer = await from.answer('chunkRead');
    expect(answer).toMatchObject({ peer, sequence, id: record.id });
    if (answer.chunk === null) throw new Error('there is no chunk');
    to.files.store(record, answer.chunk);
    const stored = await to.answer('chunkStored');
    expect(stored).toEqual({ kind: 'chunkStored', id: record.id, storedBytes: offset + answer.chunk.bytes.length });
  }
}

describe('taking a snapshot', () => {
  test('of the same state gives the same bytes on every node, whatever came before', async () => {
    const one = await SnapshotSubject.open();
    const two = await SnapshotSubject.open({ node: 'n2' });
    one.write(7, values(3_000, 100));
    two.write(3, values(5_000, 20));
    two.tables.transaction((writer) => {
      for (const key of Object.keys(values(2_000, 0, 3_000))) writer.delete(keysTable, key);
    });
    two.write(7, values(3_000, 100));
    const records = [await one.take(), await two.take()] as const;
    expect(records[1]).toEqual(records[0]);
    expect(readFileSync(fileOf(two, records[1])).equals(readFileSync(fileOf(one, records[0])))).toBe(true);
    expect(records[0].bytes).toBe(readFileSync(fileOf(one, records[0])).length);
    expect(records[0].id).toMatch(/^7-1-[0-9a-f]{16}$/);
    expect(namesIn(one)).toEqual([`${records[0].id}.snapshot`]);
  });

  test.each([
    ['state', (subject: SnapshotSubject) => subject.write(7, { '/key/0000001': 'other' }), {}],
    ['cluster', () => {}, { clusterId: 'c2' }],
    ['group', () => {}, { group: groupId('other') }],
  ])('of another %s has another id', async (_what, change, options) => {
    const one = await SnapshotSubject.open();
    const two = await SnapshotSubject.open(options);
    for (const subject of [one, two]) subject.write(7, values(10, 10));
    change(two);
    expect((await two.take()).id).not.toBe((await one.take()).id);
  });

  test('with members in another order has the same id, with others another', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(7, values(10, 10));
    const point = pointAt(7);
    const { voters } = point.configuration;
    const ids: string[] = [];
    for (const members of [voters, voters.toReversed(), voters.slice(1)]) {
      subject.files.take({ ...point, configuration: configurationOf(members) });
      ids.push((await subject.answer('snapshotTaken')).record.id);
    }
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('holds the state of the moment in which it was asked for, while writes go on', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(1, values(20_000, 300));
    subject.files.take(pointAt(1));
    let index = 1;
    let isTaken = false;
    const taken = subject.answer('snapshotTaken').finally(() => {
      isTaken = true;
    });
    while (!isTaken) {
      index += 1;
      subject.write(index, values(200, 300, 10_000 + 100 * index));
      await new Promise(setImmediate);
    }
    expect(index).toBeGreaterThan(10);
    const { record } = await taken;
    const other = await SnapshotSubject.open({ node: 'n2' });
    await transfer(subject, other, record);
    other.files.load(record);
    await other.answer('snapshotLoaded');
    expect(other.content()).toEqual(values(20_000, 300));
    expect(other.tables.progress).toEqual({ lastApplied: 1, lastAppliedTerm: 1, revision: 1, stateHash: 1 });
  });

  test('of nothing, and of large values', async () => {
    const subject = await SnapshotSubject.open();
    const other = await SnapshotSubject.open({ node: 'n2' });
    for (const [index, state] of [
      [1, {}],
      [2, { '/large': 'x'.repeat(512 * 1024), '/small': '', '/größe': 'ü', [`/${'k'.repeat(1_023)}`]: 'long' }],
    ] as const) {
      subject.write(index, state);
      const record = await subject.take();
      await transfer(subject, other, record);
      other.files.load(record);
      await other.answer('snapshotLoaded');
      expect(other.content()).toEqual(state);
    }
  });

  test('of a state with a damaged record leaves nothing, and the state is not used again', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(7, values(1_000, 10));
    await subject.folder.flushState();
    const whole = readFileSync(join(subject.path, 'state', 'data.mdb'));
    damage(join(subject.path, 'state'), 'config\0\x01/key/0000999');
    subject.files.take(pointAt(7));
    expect(String(await subject.failure())).toContain('"/key/0000999"');
    expect(namesIn(subject)).toEqual([]);
    await subject.close();
    // Though it looks as it was when it is looked at again.
    writeFileSync(join(subject.path, 'state', 'data.mdb'), whole);
    const again = await SnapshotSubject.open({ path: subject.path });
    expect(again.folder.stateDiscarded).toBe('damaged');
    expect(again.content()).toEqual({});
  });

  test('of another index than the state has is refused', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(7, values(10, 10));
    subject.files.take(pointAt(6));
    expect((await subject.answer('snapshotFailed')).reason).toContain('7');
  });

  test('that was cut short leaves nothing', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(7, values(20_000, 300));
    subject.files.take(pointAt(7));
    await subject.close();
    expect(namesIn(subject)).toEqual([]);
    writeFileSync(join(folderOf(subject), 'draft'), 'half');
    await SnapshotSubject.open({ path: subject.path });
    expect(namesIn(subject)).toEqual([]);
  });
});

describe('receiving a snapshot', () => {
  let record: SnapshotRecord;
  let content: Buffer;
  let to: SnapshotSubject;

  const store = async (chunk: Chunk, of = record): Promise<number> => {
    to.files.store(of, chunk);
    return (await to.answer('chunkStored')).storedBytes;
  };

  beforeEach(async () => {
    const from = await SnapshotSubject.open();
    from.write(7, values(300, 100));
    record = await from.take();
    content = readFileSync(fileOf(from, record));
    to = await SnapshotSubject.open({ node: 'n2' });
  });

  test('takes only the chunk that follows, and only if it is whole', async () => {
    expect(await store(chunkOf(content, 1_000, 1_000))).toBe(0);
    expect(await store(chunkOf(content, 0, 1_000))).toBe(1_000);
    expect(await store(chunkOf(content, 0, 1_000))).toBe(1_000);
    expect(await store(chunkOf(content, 2_000, 1_000))).toBe(1_000);
    const altered = chunkOf(Buffer.from(content), 1_000, 1_000);
    altered.bytes[17] = (altered.bytes[17] ?? 0) ^ 4;
    expect(await store(altered)).toBe(1_000);
    expect(await store({ ...chunkOf(content, 1_000, 1_000), bytes: Buffer.alloc(0) })).toBe(1_000);
    const beyond = Buffer.concat([content, Buffer.alloc(1)]);
    expect(await store(chunkOf(beyond, 1_000, beyond.length))).toBe(1_000);
    expect(await store(chunkOf(content, 1_000, content.length))).toBe(content.length);
    expect(namesIn(to)).toEqual([`${record.id}.snapshot`]);
    expect(await store(chunkOf(content, 0, 1_000))).toBe(content.length);
  });

  test('goes on after a restart where it was', async () => {
    await store(chunkOf(content, 0, 10_000));
    await to.close();
    to = await SnapshotSubject.open({ node: 'n2', path: to.path });
    expect(to.files.storedBytes(record)).toBe(10_000);
    expect(await store(chunkOf(content, 10_000, content.length))).toBe(content.length);
    to.files.load(record);
    await to.answer('snapshotLoaded');
    expect(to.content()).toEqual(values(300, 100));
  });

  test('that was whole when the process ended is checked first', async () => {
    await store(chunkOf(content, 0, 10_000));
    await to.close();
    writeFileSync(partOf(to, record), content);
    to = await SnapshotSubject.open({ node: 'n2', path: to.path });
    expect(to.files.storedBytes(record)).toBe(0);
    expect(await store(chunkOf(content, 0, 1_000))).toBe(content.length);
    expect(namesIn(to)).toEqual([`${record.id}.snapshot`]);
  });

  test('that turns out to be damaged is thrown away, and comes again', async () => {
    await store(chunkOf(content, 0, 10_000));
    const part = readFileSync(partOf(to, record));
    part[5_000] = (part[5_000] ?? 0) ^ 1;
    writeFileSync(partOf(to, record), part);
    expect(await store(chunkOf(content, 10_000, content.length))).toBe(0);
    expect(namesIn(to)).toEqual([]);
    expect(await store(chunkOf(content, 0, content.length))).toBe(content.length);
  });

  test.each([
    ['term', { ...pointAt(7), term: term(2) }],
    ['index', pointAt(8)],
    ['members', { ...pointAt(7), configuration: configurationOf([{ id: nodeId('n9'), storageId: 'x' }]) }],
  ])('with another %s than was said is thrown away', async (_what, point) => {
    expect(await store(chunkOf(content, 0, content.length), { ...record, ...point })).toBe(0);
    expect(namesIn(to)).toEqual([]);
  });

  test('under another id, or of another cluster, is thrown away', async () => {
    expect(await store(chunkOf(content, 0, content.length), { ...record, id: '7-1-0123456789abcdef' })).toBe(0);
    const other = await SnapshotSubject.open({ node: 'n2', clusterId: 'c2' });
    other.files.store(record, chunkOf(content, 0, content.length));
    expect(await other.answer('chunkStored')).toMatchObject({ storedBytes: 0 });
    expect(namesIn(other)).toEqual([]);
  });

  test('under a name that is no id writes nothing', async () => {
    const id = '../../7-1-0123456789abcdef';
    expect(await store(chunkOf(content, 0, 1_000), { ...record, id })).toBe(0);
    expect(readdirSync(to.path).sort()).toEqual(['lock', 'log', 'quorate.json', 'second-copy', 'snapshots', 'state']);
  });
});

describe('a snapshot on disk', () => {
  let subject: SnapshotSubject;
  let record: SnapshotRecord;
  let content: Buffer;

  beforeEach(async () => {
    subject = await SnapshotSubject.open();
    subject.write(7, values(20, 20));
    record = await subject.take();
    content = readFileSync(fileOf(subject, record));
  });

  const refusal = (): string => {
    try {
      checkSnapshotSync({ path: fileOf(subject, record), record, owner });
      return 'none';
    } catch (error) {
      if (!(error instanceof CorruptRecord)) throw error;
      expect(error.message).toContain(fileOf(subject, record));
      return error.message;
    }
  };

  test('passes its check', () => {
    expect(refusal()).toBe('none');
  });

  test('with any one byte that changed does not', () => {
    const passed = [...content.keys()].filter((at) => {
      const altered = Buffer.from(content);
      altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(fileOf(subject, record), altered);
      return refusal() === 'none';
    });
    expect(passed).toEqual([]);
  });

  test('that is cut short, or goes on, does not', () => {
    for (const length of [0, 5, 12, 30, 300, content.length - 1]) {
      writeFileSync(fileOf(subject, record), content);
      truncateSync(fileOf(subject, record), length);
      expect(refusal()).toContain('it ends early');
    }
    writeFileSync(fileOf(subject, record), Buffer.concat([content, Buffer.alloc(1)]));
    expect(refusal()).toContain('something follows its end');
    writeFileSync(fileOf(subject, record), Buffer.concat([content, content]));
    expect(refusal()).toContain('something follows its end');
  });

  test('that is missing, or of another format, is told from one that is damaged', () => {
    const other = Buffer.from(content);
    other.writeUInt32BE(1, 8);
    writeFileSync(fileOf(subject, record), other);
    expect(refusal()).toContain('format version 1');
    record = { ...record, id: '7-1-0123456789abcdef' };
    expect(refusal()).toContain('missing');
  });

  test('that is damaged is not loaded: the process must end, and the tables are as they were', async () => {
    const altered = Buffer.from(content);
    altered[content.length - 60] = (altered[content.length - 60] ?? 0) ^ 1;
    writeFileSync(fileOf(subject, record), altered);
    subject.write(9, { '/later': 'kept' });
    subject.files.load(record);
    await expect(subject.answer('snapshotLoaded')).rejects.toThrow(CorruptRecord);
    expect(subject.content()).toEqual({ ...values(20, 20), '/later': 'kept' });
    expect(subject.tables.progress.lastApplied).toBe(9);
  });
});

describe('loading a snapshot', () => {
  test('replaces all, and lets the event loop go on', async () => {
    const from = await SnapshotSubject.open();
    from.write(40, values(20_000, 200));
    const record = await from.take();
    const to = await SnapshotSubject.open({ node: 'n2' });
    to.write(5, values(20_000, 50, 10_000));
    await transfer(from, to, record);

    let longestMs = 0;
    let lastMs = performance.now();
    const watch = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }, 1);
    onTestFinished(() => clearInterval(watch));
    to.files.load(record);
    expect(to.tables.progress.lastApplied).toBe(5);
    await to.answer('snapshotLoaded');
    expect(to.content()).toEqual(values(20_000, 200));
    expect(to.tables.progress).toEqual({ lastApplied: 40, lastAppliedTerm: 1, revision: 40, stateHash: 40 });
    // What the machine takes for itself comes on top of the 2 ms.
    expect(longestMs).toBeLessThan(100);
  });

  test('that was cut short leaves nothing applied, and is done again', async () => {
    const from = await SnapshotSubject.open();
    from.write(40, values(20_000, 200));
    const record = await from.take();
    let to = await SnapshotSubject.open({ node: 'n2' });
    to.write(5, values(20_000, 50, 10_000));
    await transfer(from, to, record);
    to.files.load(record);
    while (to.tables.get(keysTable, '/key/0010000') !== null) await new Promise(setImmediate);
    await to.close();
    to = await SnapshotSubject.open({ node: 'n2', path: to.path });
    expect(to.tables.progress.lastApplied).toBe(0);
    to.files.load(record);
    await to.answer('snapshotLoaded');
    expect(to.content()).toEqual(values(20_000, 200));
    expect(to.tables.progress.lastApplied).toBe(40);
  });

  test('leaves the tables of other groups alone', async () => {
    const subject = await SnapshotSubject.open();
    const other = subject.folder.openTables(groupId('config2'));
    other.transaction((writer) => {
      putKey(writer, '/a');
      writer.setProgress({ ...writer.progress, lastApplied: logIndex(3) });
    });
    subject.write(7, values(20, 20));
    const record = await subject.take();
    subject.write(8, values(20, 20, 20));
    subject.files.load(record);
    await subject.answer('snapshotLoaded');
    expect(subject.content()).toEqual(values(20, 20));
    expect(other.get(keysTable, '/a')?.version).toBe(1);
    expect(subject.folder.openTables(groupId('config2')).progress.lastApplied).toBe(3);
  });
});

describe('which files stay', () => {
  test('those that are named', async () => {
    const subject = await SnapshotSubject.open();
    const records: SnapshotRecord[] = [];
    for (const index of [1, 2, 3]) {
      subject.write(index, values(10, 10, index));
      records.push(await subject.take());
    }
    const part = { ...pointAt(9), id: '9-1-0123456789abcdef', bytes: 100 };
    subject.files.store(part, chunkOf(Buffer.alloc(100), 0, 10));
    await subject.answer('chunkStored');
    const ids = records.map(({ id }) => id);
    subject.files.keepOnly([ids[1] ?? '', part.id]);
    subject.write(4, {});
    const last = await subject.take();
    expect(namesIn(subject)).toEqual([`${ids[1]}.snapshot`, `${last.id}.snapshot`, `${part.id}.part`]);
    subject.files.keepOnly([last.id]);
    expect(subject.files.storedBytes(part)).toBe(0);
    subject.files.read({ peer: nodeId('n2'), sequence: 1, id: ids[1] ?? '', offset: 0, maxBytes: 10 });
    expect((await subject.answer('chunkRead')).chunk).toBeNull();
    await subject.files.close();
    expect(namesIn(subject)).toEqual([`${last.id}.snapshot`]);
  });

  test('and what is being written when they are named', async () => {
    const subject = await SnapshotSubject.open();
    subject.write(1, values(5_000, 100));
    subject.files.take(pointAt(1));
    subject.files.keepOnly([]);
    const { record } = await subject.answer('snapshotTaken');
    subject.files.take(pointAt(1));
    subject.files.keepOnly([]);
    await subject.answer('snapshotTaken');
    await subject.files.close();
    expect(namesIn(subject)).toEqual([`${record.id}.snapshot`]);
  });
});
