import type { LogEntry } from '@quorate/raft';
import { type SessionCheck, sessionExpiryTable } from '../tables/session-expiry-table.ts';
import type { TablesReader } from '../tables/tables.ts';

const unknown = { index: -1, atMs: Number.POSITIVE_INFINITY };

/** Knows when the next session is to be looked at, so that an entry before that costs a comparison. */
export class SessionExpiry {
  /** By log time, as of the entry at `index`: whoever has come to another one otherwise, from a snapshot, has other sessions. */
  #next = unknown;

  /** A session is to be looked at by then. */
  note(atMs: number): void {
    if (atMs < this.#next.atMs) this.#next = { ...this.#next, atMs };
  }

  /** Sessions that are to be looked at by the time of the entry that is being applied, `limit` at most; whoever asks looks at them. */
  due(tables: TablesReader, { index, logTimeMs }: LogEntry, limit: number): readonly SessionCheck[] {
    if (this.#next.index !== index - 1) this.#lookUp(tables);
    this.#next = { index, atMs: this.#next.atMs };
    if (logTimeMs < this.#next.atMs) return [];
    this.#next = unknown;
    const to = { atMs: logTimeMs + 1, session: 0 };
    return tables.range(sessionExpiryTable, { to, limit }).map(({ key }) => key);
  }

  #lookUp(tables: TablesReader): void {
    const [first] = tables.range(sessionExpiryTable, { limit: 1 });
    this.#next = { index: this.#next.index, atMs: first?.key.atMs ?? Number.POSITIVE_INFINITY };
  }
}
