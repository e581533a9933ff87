import type { Table } from './table.ts';
import type { TableRange, TableRow } from './tables.ts';

/** The rows of one table in memory, in the order of their keys. */
export class SortedRows<Key, Row> {
  readonly table: Table<Key, Row>;
  readonly #rows: TableRow<Key, Row>[] = [];

  constructor(table: Table<Key, Row>) {
    this.table = table;
  }

  /** All of them. */
  get all(): readonly TableRow<Key, Row>[] {
    return this.#rows;
  }

  get(key: Key): Row | null {
    const found = this.#rows[this.#firstFrom(key)];
    return found !== undefined && this.table.compare(found.key, key) === 0 ? found.row : null;
  }

  range({ from, after, to, limit }: TableRange<Key>): readonly TableRow<Key, Row>[] {
    const begin = Math.max(
      from === undefined ? 0 : this.#firstFrom(from),
      after === undefined ? 0 : this.#firstAfter(after),
    );
    const end = Math.max(begin, to === undefined ? this.#rows.length : this.#firstFrom(to));
    return this.#rows.slice(begin, Math.min(end, begin + limit));
  }

  /** Puts the row of a key, or removes it (null), and gives the one that was there. */
  set(key: Key, row: Row | null): Row | null {
    const at = this.#firstFrom(key);
    const before = this.get(key);
    const rows = row === null ? [] : [{ key, row }];
    this.#rows.splice(at, before === null ? 0 : 1, ...rows);
    return before;
  }

  #firstAfter(key: Key): number {
    const at = this.#firstFrom(key);
    const found = this.#rows[at];
    return found !== undefined && this.table.compare(found.key, key) === 0 ? at + 1 : at;
  }

  /** The place of the first key that is not below `key`. */
  #firstFrom(key: Key): number {
    let low = 0;
    let high = this.#rows.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const found = this.#rows[middle];
      if (found !== undefined && this.table.compare(found.key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
