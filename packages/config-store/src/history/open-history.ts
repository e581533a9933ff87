import type { StateHash } from '../state-hash/state-hash.ts';
import { type HistoryRow, historyTable, wholeHistory } from '../tables/history-table.ts';
import type { TablesReader, TablesWriter } from '../tables/tables.ts';

/** How far back the history of a store goes. */
export const readHistory = (tables: TablesReader): HistoryRow => tables.get(historyTable, null) ?? wholeHistory;

/** The row of history while a batch of entries is applied: read once, and written where it changes. */
export class OpenHistory {
  readonly #writer: TablesWriter;
  readonly #hash: StateHash;
  #row: HistoryRow | null = null;

  constructor(writer: TablesWriter, hash: StateHash) {
    this.#writer = writer;
    this.#hash = hash;
  }

  get row(): HistoryRow {
    this.#row ??= readHistory(this.#writer);
    return this.#row;
  }

  set row(row: HistoryRow) {
    if (row === this.row) return;
    this.#row = row;
    this.#writer.put(historyTable, null, row);
    const { retention, oldestRevision, sweptTo } = row;
    for (const counter of [oldestRevision, sweptTo.revision, sweptTo.ordinal]) this.#hash.counter(counter);
    for (const setting of [retention.maxAgeMs, retention.maxVersions]) this.#hash.counter(setting ?? 0);
  }
}
