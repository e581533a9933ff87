import { type HistoryRow, historyTable, wholeHistory } from '../tables/history-table.ts';
import type { TablesReader, TablesWriter } from '../tables/tables.ts';

/** How far back the history of a store goes. */
export const readHistory = (tables: TablesReader): HistoryRow => tables.get(historyTable, null) ?? wholeHistory;

/** The row of history while a batch of entries is applied: read once, and written where it changes. */
export class OpenHistory {
  readonly #writer: TablesWriter;
  #row: HistoryRow | null = null;

  constructor(writer: TablesWriter) {
    this.#writer = writer;
  }

  get row(): HistoryRow {
    this.#row ??= readHistory(this.#writer);
    return this.#row;
  }

  set row(row: HistoryRow) {
    if (row === this.row) return;
    this.#row = row;
    this.#writer.put(historyTable, null, row);
  }
}
