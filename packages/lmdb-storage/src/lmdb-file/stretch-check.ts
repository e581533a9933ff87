import type { EntryVisitor } from './examine-data-file.ts';
import { PageFile } from './page-file.ts';
import type { TableHead } from './page-layout.ts';
import { TreeCheck } from './tree-check.ts';

/** Where a check that goes on bit by bit has come to. */
export interface CheckPlace {
  /** The table, by its place among all. */
  readonly table: number;
  /** After this key. */
  readonly after: Buffer | null;
}

/** Where such a check begins. */
export const beginningOfFile: CheckPlace = { table: 0, after: null };

/** What a stretch came to. */
export interface CheckedStretch {
  readonly bytes: number;
  /** Null if the last table was read to its end. */
  readonly next: CheckPlace | null;
}

/**
 * Checks a stretch of the tables of an LMDB file that is in use, at once: somebody must keep what was last committed from being
 * written over meanwhile. `entry` sees each entry, with its table's name. Ends after a leaf when `isEnough` says so, and with each table.
 * @throws {CorruptRecord} saying which page is wrong; also if a commit wrote the file's beginning in this moment, so look again
 */
export function checkStretch(
  path: string,
  place: CheckPlace,
  entry: (table: string, ...where: Parameters<EntryVisitor>) => void,
  isEnough: (bytes: number) => boolean,
): CheckedStretch {
  const file = new PageFile(path);
  try {
    const tables: { readonly name: string; readonly head: TableHead; readonly transaction: number }[] = [];
    const { main, transaction } = file.meta;
    const list = new TreeCheck({
      file,
      name: 'the list of tables',
      head: main,
      transaction,
      hasNumberKeys: false,
      table: (name, head, written) => tables.push({ name, head, transaction: written }),
    });
    list.run();
    const table = tables[place.table];
    if (table === undefined) return { bytes: list.bytes, next: null };
    const check = new TreeCheck({
      ...table,
      file,
      name: `table ${table.name}`,
      hasNumberKeys: false,
      after: place.after,
      entry: (...where) => entry(table.name, ...where),
      isEnough,
    });
    check.run();
    const bytes = list.bytes + check.bytes;
    if (check.resumeAfter !== null) return { bytes, next: { table: place.table, after: check.resumeAfter } };
    return { bytes, next: place.table + 1 < tables.length ? { table: place.table + 1, after: null } : null };
  } finally {
    file.close();
  }
}
