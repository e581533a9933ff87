import type { LogIndex } from '@quorate/raft';
import { type QuotaRow, quotasTable } from '../tables/quotas-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { MAX_QUOTAS } from './limits.ts';

/** Knows the quotas from one batch of entries to the next, so that a write of a store without any costs nothing. */
export class KnownQuotas {
  #rows: ReadonlyMap<string, QuotaRow> = new Map();
  /** As of the entry at this index: whoever has come to another one otherwise, from a snapshot, has other quotas. */
  #index: LogIndex | null = null;

  /** The quotas by prefix, as of the progress of `tables`. */
  read(tables: TablesReader): ReadonlyMap<string, QuotaRow> {
    if (this.#index !== tables.progress.lastApplied) {
      this.#rows = new Map(tables.range(quotasTable, { limit: MAX_QUOTAS }).map(({ key, row }) => [key, row]));
    }
    return this.#rows;
  }

  /** A batch that ended at `index` has left these. */
  know(rows: ReadonlyMap<string, QuotaRow>, index: LogIndex): void {
    this.#rows = rows;
    this.#index = index;
  }
}
