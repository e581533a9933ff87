import { invariant } from '@quorate/raft';
import { changesTable } from '../tables/changes-table.ts';
import type { HistoryRow } from '../tables/history-table.ts';
import type { TablesReader, TablesWriter } from '../tables/tables.ts';
import type { OpenHistory } from './open-history.ts';
import { isSwept, sweep } from './sweep.ts';

/** So many revisions become too old together: it costs less than one by one. */
const revisionsAtOnce = 8;

/** An entry sweeps so many changes, and for each that it makes so many more: history that has grown beyond its bounds gets smaller with each write, and no write waits long. */
const sweptByEntry = 2 * revisionsAtOnce;
const sweptByChange = 2;

/** What a compaction that somebody asked for does at most, in revisions and in changes. */
const maxCompacted = 1000;

/**
 * Forgets what is beyond the retention, a little with every entry. What is forgotten is decided by the entries alone, by the clock that
 * they carry: so all nodes have the same history once they have applied the same.
 */
export class Compaction {
  /** When the revision that the next step waits for was written; it is looked up once, and never changes. */
  #awaited: { readonly revision: number; readonly timestampUs: number } | null = null;

  /** A step after an entry that has made so many changes. */
  afterEntry(writer: TablesWriter, history: OpenHistory, nowUs: number, changeCount: number): void {
    const next = history.row.oldestRevision + revisionsAtOnce;
    if (isSwept(history.row)) {
      if (next > writer.progress.revision || !this.#isTooOld(writer, history.row, next, nowUs)) return;
      history.row = { ...history.row, oldestRevision: next };
    }
    history.row = sweep(writer, history.row, sweptByEntry + sweptByChange * changeCount);
  }

  /** Forgets what is too old, and all before `revision` if it is given, which exists; at most so much at once. True if nothing more is to be done now. */
  run(writer: TablesWriter, history: OpenHistory, nowUs: number, revision: number | null): boolean {
    const asked = Math.max(history.row.oldestRevision, revision ?? 0);
    const oldestRevision = this.#oldestInTime(writer, { ...history.row, oldestRevision: asked }, nowUs);
    if (oldestRevision !== history.row.oldestRevision) history.row = { ...history.row, oldestRevision };
    history.row = sweep(writer, history.row, maxCompacted);
    return isSwept(history.row);
  }

  /** The oldest revision that was still the present within the time that is kept; not more than a number of steps ahead. */
  #oldestInTime(tables: TablesReader, history: HistoryRow, nowUs: number): number {
    const last = Math.min(tables.progress.revision, history.oldestRevision + maxCompacted);
    let oldest = history.oldestRevision;
    while (oldest < last && this.#isTooOld(tables, history, oldest + 1, nowUs)) oldest += 1;
    return oldest;
  }

  /** Whether the state before `revision` was gone before the time that is kept. */
  #isTooOld(tables: TablesReader, { retention }: HistoryRow, revision: number, nowUs: number): boolean {
    if (retention.maxAgeMs === null) return false;
    if (this.#awaited?.revision !== revision) {
      const first = tables.get(changesTable, { revision, ordinal: 0 });
      invariant(first !== null, () => `history lacks revision ${revision}`);
      this.#awaited = { revision, timestampUs: first.timestampUs };
    }
    return this.#awaited.timestampUs <= nowUs - 1000 * retention.maxAgeMs;
  }
}
