import { constants, truncateSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CorruptRecord } from '@quorate/raft';
import { systemCode } from '../data-folder-error.ts';
import { PageFile } from './page-file.ts';
import { long, signedLong, type TableHead } from './page-layout.ts';
import { TreeCheck, type TreeCheckOptions } from './tree-check.ts';

/** The file in which LMDB keeps an environment, within the environment's folder. */
export const dataFile = 'data.mdb';

/** The file in which LMDB keeps its readers and locks; it means nothing once no process has the environment open. */
export const readersFile = 'lock.mdb';

/** Sees an entry of a table: key and value stand in `bytes` only until it returns. It may throw. */
export type EntryVisitor = NonNullable<TreeCheckOptions['entry']>;

/**
 * Checks all of an environment's file before LMDB opens it, which answers damage with the end of the process, or with
 * silence: the metas, every page of every table, and that no page is used twice, or used and free. A file that is shorter than it says
 * is made as long, with zeros, if only free pages are missing: LMDB leaves it so. `visitors` see the entries of tables, by name. Gives the names of all tables.
 * @throws {CorruptRecord} if the file is missing, none of LMDB's or damaged; the system's errors
 */
export async function examineDataFile(
  folder: string,
  visitors: ReadonlyMap<string, EntryVisitor> = new Map(),
): Promise<ReadonlySet<string>> {
  const path = join(folder, dataFile);
  await access(join(folder, readersFile), constants.R_OK | constants.W_OK).catch((error: unknown) => {
    if (systemCode(error) !== 'ENOENT') throw error;
  });
  const file = open(path);
  try {
    const tables = checkPages(file, visitors);
    const claimed = (file.meta.lastPage + 1) * file.meta.pageSize;
    if (file.bytes < claimed) truncateSync(path, claimed);
    return tables;
  } finally {
    file.close();
  }
}

function open(path: string): PageFile {
  try {
    return new PageFile(path);
  } catch (error) {
    throw systemCode(error) === 'ENOENT' ? new CorruptRecord(`the file ${path}`, 'it is missing') : error;
  }
}

function checkPages(file: PageFile, visitors: ReadonlyMap<string, EntryVisitor>): ReadonlySet<string> {
  const { free, main, transaction, lastPage } = file.meta;
  const uses = new Uint8Array(Math.ceil((lastPage + 1) / 8));
  const use = (number: number): void => {
    const at = Math.floor(number / 8);
    const bit = 1 << (number % 8);
    if (((uses[at] ?? 0) & bit) !== 0) throw file.corrupt(`page ${number} is used twice`);
    uses[at] = (uses[at] ?? 0) | bit;
  };
  const check = (options: Omit<TreeCheckOptions, 'file' | 'page'>): void =>
    new TreeCheck({ ...options, file, page: use }).run();

  const tables: { readonly name: string; readonly head: TableHead; readonly transaction: number }[] = [];
  const table: TreeCheckOptions['table'] = (name, head, written) => tables.push({ name, head, transaction: written });
  check({ name: 'the list of tables', head: main, transaction, hasNumberKeys: false, table });
  for (const one of tables) {
    const entry = visitors.get(one.name);
    check({ ...one, name: `table ${one.name}`, hasNumberKeys: false, ...(entry === undefined ? {} : { entry }) });
  }
  const freed = freedPages(file, use);
  check({ name: 'the list of free pages', head: free, transaction, hasNumberKeys: true, entry: freed });
  return new Set(tables.map(({ name }) => name));
}

/** An entry of the list of free pages: how many numbers follow, then these: 0 is none, and a negative one the length of the run that the next begins. */
function freedPages(file: PageFile, use: (number: number) => void): EntryVisitor {
  const { lastPage } = file.meta;
  return (bytes, _keyAt, _keyLength, valueAt, valueLength) => {
    const count = long(bytes, valueAt);
    if (valueLength % 8 !== 0 || 8 * (count + 1) > valueLength)
      throw file.corrupt('the list of free pages has a wrong length');
    let length = 1;
    for (let at = valueAt + 8; at < valueAt + 8 * (count + 1); at += 8) {
      const number = signedLong(bytes, at);
      if (number < 0) {
        length = -number;
        continue;
      }
      if (number > 0) {
        if (number < 2 || number + length - 1 > lastPage)
          throw file.corrupt(`the list of free pages has page ${number}`);
        for (let one = 0; one < length; one += 1) use(number + one);
      }
      length = 1;
    }
  };
}
