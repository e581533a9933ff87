import type { LogIndex } from '@quorate/raft';
import { leaseExpiryTable } from '../tables/lease-expiry-table.ts';
import type { TablesReader } from '../tables/tables.ts';

/** Knows when the next lease is to be looked at, so that whoever asks after each entry costs a comparison. */
export class LeaseDue {
  #known: { readonly index: LogIndex; readonly atMs: number | null } | null = null;

  /** Entries up to `index` were applied, which were said to follow one at `before`; `isTouched` if one of them has done something with a lease. */
  applied(before: LogIndex, index: LogIndex, isTouched: boolean): void {
    const isKnown = this.#known !== null && this.#known.index === before && !isTouched;
    this.#known = isKnown && this.#known !== null ? { index, atMs: this.#known.atMs } : null;
  }

  /** By log time; null if there is no lease. Whoever has come to this state otherwise, from a snapshot, has other leases: they are looked up again. */
  atMs(tables: TablesReader): number | null {
    const { lastApplied: index } = tables.progress;
    if (this.#known?.index !== index) {
      const [first] = tables.range(leaseExpiryTable, { limit: 1 });
      this.#known = { index, atMs: first?.key.atMs ?? null };
    }
    return this.#known.atMs;
  }
}
