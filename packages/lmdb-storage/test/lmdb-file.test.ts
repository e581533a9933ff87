import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CorruptRecord } from '@quorate/raft';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataFile, examineDataFile } from '../src/lmdb-file/examine-data-file.ts';
import { PageFile } from '../src/lmdb-file/page-file.ts';
import { beginningOfFile, type CheckPlace, checkStretch } from '../src/lmdb-file/stretch-check.ts';
import { LogEnvironment } from '../src/log-environment.ts';
import { temporaryFolder } from './temporary-folder.ts';

const pageBytes = 4_096;
const leaf = 2;

let folder: string;
let path: string;
let lastPage: number;

const keyAt = (index: number): Buffer => Buffer.from(`key ${String(index).padStart(6, '0')}`);

/** An environment of several commits, with trees of some pages, values of many, and free pages. */
beforeEach(async () => {
  folder = temporaryFolder();
  path = join(folder, dataFile);
  const environment = new LogEnvironment(folder);
  for (let round = 0; round < 5; round += 1) {
    await environment.commit((commit) => {
      for (let index = 0; index < 200; index += 1) {
        commit.put(environment.entries, keyAt(index * 7 + round), Buffer.alloc(index === 150 ? 20_000 : 100, index));
      }
      for (let index = 0; index < 20; index += 1) commit.remove(environment.entries, keyAt(index * 13));
    });
  }
  await environment.close();
  const file = new PageFile(path);
  ({ lastPage } = file.meta);
  file.close();
});

/** Changes the file's bytes. */
function change(step: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  step(bytes);
  writeFileSync(path, bytes);
}

/** Where the pages of the tables' leaves begin, but for those of the list of free pages. */
const leaves = (bytes: Buffer): readonly number[] =>
  Array.from({ length: lastPage - 1 }, (_, at) => (at + 2) * pageBytes).filter(
    (at) =>
      bytes.readUInt16LE(at + 18) === leaf &&
      bytes.includes('key 00', at) &&
      bytes.indexOf('key 00', at) < at + pageBytes,
  );

describe('a file of LMDB', () => {
  test('that is whole passes, and shows its tables and entries', async () => {
    const seen: string[] = [];
    const entry = (bytes: Buffer, at: number, length: number, valueAt: number, valueLength: number): void => {
      seen.push(`${bytes.toString('latin1', at, at + length)} ${valueLength} ${bytes[valueAt]}`);
    };
    const tables = await examineDataFile(folder, new Map([['entries', entry]]));
    expect([...tables].sort()).toEqual([
      'bases',
      'damages',
      'entries',
      'hardStates',
      'identity',
      'promises',
      'snapshots',
    ]);
    const environment = new LogEnvironment(folder);
    const expected = [...environment.entries.getRange({})].map(
      ({ key, value }) => `${key} ${value.length} ${value[0]}`,
    );
    await environment.close();
    expect(seen).toEqual(expected);
    expect(seen.length).toBeGreaterThan(800);
  });

  test('that has a page in use in its list of free pages is damaged', async () => {
    const file = new PageFile(path);
    const { free, main } = file.meta;
    file.close();
    change((bytes) => {
      const page = (free.root ?? 0) * pageBytes;
      const node = page + 24 + bytes.readUInt16LE(page + 24);
      const value = node + 8 + bytes.readUInt16LE(node + 6);
      const count = Number(bytes.readBigUInt64LE(value));
      expect(count).toBeGreaterThan(0);
      bytes.writeBigUInt64LE(BigInt(main.root ?? 0), value + 8 * count);
    });
    await expect(examineDataFile(folder)).rejects.toThrow(`page ${main.root} is used twice`);
  });

  test('of which only free pages are missing is made as long as it was', async () => {
    const { length } = readFileSync(path);
    change((bytes) => {
      for (const meta of [0, pageBytes]) bytes.writeUInt32LE(bytes.readUInt32LE(meta + 144) + 3, meta + 144);
    });
    await examineDataFile(folder);
    expect(readFileSync(path).length).toBeGreaterThanOrEqual(Math.min(length, (lastPage + 4) * pageBytes));
  });

  test('of another version of LMDB is not damaged, and not opened', async () => {
    change((bytes) => {
      for (const meta of [0, pageBytes]) bytes.writeUInt32LE(1, meta + 28);
    });
    const refused = examineDataFile(folder);
    await expect(refused).rejects.toThrow('data version 1');
    await expect(refused).rejects.not.toBeInstanceOf(CorruptRecord);
  });
});

/** Checks all of it, a leaf at a time, and gives the keys. */
function stretches(): readonly string[] {
  const keys: string[] = [];
  let place: CheckPlace | null = beginningOfFile;
  while (place !== null) {
    const entry: Parameters<typeof checkStretch>[2] = (table, bytes, at, length) => {
      if (table === 'entries') keys.push(bytes.toString('latin1', at, at + length));
    };
    ({ next: place } = checkStretch(path, place, entry, () => true));
  }
  return keys;
}

describe('a file that is checked in stretches', () => {
  test('shows each entry once, in order', () => {
    const keys = stretches();
    expect(keys.length).toBeGreaterThan(800);
    expect(keys).toEqual([...new Set(keys)].sort());
  });

  test.each<[string, (bytes: Buffer, page: number) => void]>([
    ['has lost its last key', (bytes, page) => bytes.writeUInt16LE(bytes.readUInt16LE(page + 20) - 2, page + 20)],
    ['is of a later transaction', (bytes, page) => bytes.writeUInt8(bytes.readUInt8(page + 10) ^ 1, page + 10)],
    ['is another', (bytes, page) => bytes.writeUInt8(bytes.readUInt8(page) ^ 1, page)],
    ['has a key out of order', (bytes, page) => bytes.writeUInt8(0x7a, page + 24 + bytes.readUInt16LE(page + 24) + 8)],
  ])('is damaged if a page in use %s', async (_what, spoil) => {
    const before = readFileSync(path);
    let found = 0;
    for (const page of leaves(before)) {
      change((bytes) => spoil(bytes, page));
      const isInUse = await throwsFully();
      expect(throws(stretches)).toBe(isInUse);
      found += isInUse ? 1 : 0;
      writeFileSync(path, before);
    }
    expect(found).toBeGreaterThan(10);
  });
});

function throws(step: () => unknown): boolean {
  try {
    step();
    return false;
  } catch (error) {
    if (error instanceof CorruptRecord) return true;
    throw error;
  }
}

/** Whether it is damaged as a whole: a free page may have any content. */
async function throwsFully(): Promise<boolean> {
  return await examineDataFile(folder).then(
    () => false,
    () => true,
  );
}
