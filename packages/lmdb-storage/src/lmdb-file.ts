import { constants } from 'node:fs';
import { access, open, truncate } from 'node:fs/promises';
import { endianness } from 'node:os';
import { join } from 'node:path';
import { systemCode } from './data-folder-error.ts';

/** The file in which LMDB keeps an environment, within the environment's folder. */
export const dataFile = 'data.mdb';

/** The file in which LMDB keeps its readers and locks; it means nothing once no process has the environment open. */
export const readersFile = 'lock.mdb';

// The beginning of a meta page, as lmdb-js's LMDB writes it on 64-bit machines.
const metaLength = 160;
const magicAt = 24;
const mapSizeAt = 40;
const pageSizeAt = 48;
const lastPageAt = 144;
const transactionAt = 152;
const magic = 0xbeefc0de;

interface Meta {
  readonly pageSize: number;
  readonly mapSize: number;
  readonly lastPage: number;
  readonly transaction: number;
}

/**
 * Looks at an environment's files before LMDB does, which answers a file that is none of its own, that is cut short, or
 * that it may not write, with the end of the process. A file that is shorter than it says is made as long, with zeros: LMDB leaves it so when
 * the last pages are free, and where they are not, it then finds them damaged.
 * @throws {Error} if the file is missing, empty or none of LMDB's
 */
export async function examineDataFile(folder: string): Promise<void> {
  const path = join(folder, dataFile);
  await access(join(folder, readersFile), constants.R_OK | constants.W_OK).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
  const file = await open(path, 'r').catch((error: unknown) => {
    throw systemCode(error) === 'ENOENT' ? new Error(`${path} is missing`) : error;
  });
  let size: number;
  let newest: Meta;
  try {
    size = (await file.stat()).size;
    const first = await readMeta(file.read.bind(file), 0, path);
    const second = await readMeta(file.read.bind(file), first.pageSize, path);
    newest = second.transaction > first.transaction ? second : first;
  } finally {
    await file.close();
  }
  const claimed = (newest.lastPage + 1) * newest.pageSize;
  if (claimed > newest.mapSize) throw new Error(`${path} is no LMDB file: it claims ${claimed} bytes`);
  if (size < claimed) await truncate(path, claimed);
}

type Read = (target: Buffer, offset: number, length: number, position: number) => Promise<{ bytesRead: number }>;

async function readMeta(read: Read, position: number, path: string): Promise<Meta> {
  const page = Buffer.alloc(metaLength);
  const { bytesRead } = await read(page, 0, metaLength, position);
  const little = endianness() === 'LE';
  const word = (at: number): number => (little ? page.readUInt32LE(at) : page.readUInt32BE(at));
  const long = (at: number): number => Number(little ? page.readBigUInt64LE(at) : page.readBigUInt64BE(at));
  if (bytesRead < metaLength || word(magicAt) !== magic) throw new Error(`${path} is no LMDB file`);
  const pageSize = word(pageSizeAt);
  if (pageSize < 512 || pageSize > 65_536) throw new Error(`${path} is no LMDB file: pages of ${pageSize} bytes`);
  return {
    pageSize,
    mapSize: long(mapSizeAt),
    lastPage: long(lastPageAt),
    transaction: long(transactionAt),
  };
}
