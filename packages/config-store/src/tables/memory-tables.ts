import { SortedRows } from './sorted-rows.ts';
import type { Table } from './table.ts';
import {
  nothingApplied,
  type Progress,
  type TableRange,
  type TableRow,
  type Tables,
  type TablesWriter,
} from './tables.ts';

/** Tables that forget with their process, for tests and simulation. */
export class MemoryTables implements Tables {
  /** By the id of the table. */
  readonly #tables = new Map<number, unknown>();
  #progress: Progress = nothingApplied;
  /** Takes back what the transaction has done, step by step from the last; null while there is no transaction. */
  #undo: (() => void)[] | null = null;
  readonly #writer: TablesWriter = this.#writerOf();

  get progress(): Progress {
    return this.#progress;
  }

  get<Key, Row>(table: Table<Key, Row>, key: Key): Row | null {
    return this.#rowsOf(table).get(key);
  }

  range<Key, Row>(table: Table<Key, Row>, range: TableRange<Key>): readonly TableRow<Key, Row>[] {
    return this.#rowsOf(table).range(range);
  }

  transaction<Result>(step: (writer: TablesWriter) => Result): Result {
    if (this.#undo !== null) throw new Error('a transaction is under way');
    const undo: (() => void)[] = [];
    const progress = this.#progress;
    this.#undo = undo;
    try {
      return step(this.#writer);
    } catch (error) {
      for (const takeBack of undo.reverse()) takeBack();
      this.#progress = progress;
      throw error;
    } finally {
      this.#undo = null;
    }
  }

  #writerOf(): TablesWriter {
    const progress = (): Progress => this.#progress;
    return {
      get progress() {
        return progress();
      },
      get: (table, key) => this.get(table, key),
      range: (table, range) => this.range(table, range),
      // Its bytes are often a view of those of a whole batch, which they would keep alive, or see overwritten.
      put: (table, key, row) => this.#change(table, key, table.ownRow(row)),
      delete: (table, key) => this.#change(table, key, null),
      setProgress: (next) => {
        if (this.#undo === null) throw new Error('the transaction is over');
        this.#progress = next;
      },
    };
  }

  #change<Key, Row>(table: Table<Key, Row>, key: Key, row: Row | null): void {
    if (this.#undo === null) throw new Error('the transaction is over');
    const rows = this.#rowsOf(table);
    const before = rows.set(key, row);
    this.#undo.push(() => rows.set(key, before));
  }

  #rowsOf<Key, Row>(table: Table<Key, Row>): SortedRows<Key, Row> {
    const found = this.#tables.get(table.id);
    if (found instanceof SortedRows && found.table === table) return found;
    if (found !== undefined) throw new Error(`two tables have the id ${table.id}`);
    const rows = new SortedRows(table);
    this.#tables.set(table.id, rows);
    return rows;
  }
}
