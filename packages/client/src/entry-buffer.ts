import type { LogEntry } from '@quorate/raft';

/** How much of the stream is kept for a consumer that is slow. What does not fit is fetched later. */
export interface BufferLimits {
  readonly entries: number;
  readonly bytes: number;
}

/** 8 MiB, and no more objects than a page of entries has times eight. */
export const defaultBufferLimits: BufferLimits = { entries: 8_000, bytes: 8 * 1024 * 1024 };

/**
 * Puts committed entries that come in any order, repeated or with gaps, into their order again: it gives each index out once, and knows
 * what is missing.
 */
export class EntryBuffer {
  readonly #limits: BufferLimits;
  readonly #entries = new Map<number, LogEntry>();
  #bytes = 0;
  #next: number;
  #end = 0;

  constructor(fromIndex: number, limits: BufferLimits) {
    this.#next = fromIndex;
    this.#limits = limits;
  }

  /** The index that is given out next. */
  get next(): number {
    return this.#next;
  }

  /** Whether the next entry is here. */
  get ready(): boolean {
    return this.#entries.has(this.#next);
  }

  /** Whether an entry is known to be committed that is not here, and nothing can be given out before it is. */
  get missing(): boolean {
    return this.#next <= this.#end && !this.ready;
  }

  /** Keeps what the stream brings, as far as it is new and there is room. */
  addStreamed(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.knowCommitted(entry.index);
      const hasRoom = this.#entries.size < this.#limits.entries && this.#bytes < this.#limits.bytes;
      if (hasRoom || entry.index === this.#next) this.#add(entry);
    }
  }

  /** Keeps a page that was fetched: it was asked for, so it is kept whole. */
  addFetched(entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      this.knowCommitted(entry.index);
      this.#add(entry);
    }
  }

  /** Every index up to this one is committed. */
  knowCommitted(index: number): void {
    if (index > this.#end) this.#end = index;
  }

  /** The next entry, or null if it is not here yet. */
  take(): LogEntry | null {
    const entry = this.#entries.get(this.#next);
    if (entry === undefined) return null;
    this.#entries.delete(this.#next);
    this.#bytes -= entry.command.length;
    this.#next += 1;
    return entry;
  }

  #add(entry: LogEntry): void {
    if (entry.index < this.#next || this.#entries.has(entry.index)) return;
    this.#entries.set(entry.index, entry);
    this.#bytes += entry.command.length;
  }
}
