import type { HardState, LogEntry, LogIndex, Term } from '../types.ts';
import { logIndex, term } from '../types.ts';
import { ConfigurationEntries, type PlacedConfiguration } from './configuration-entries.ts';
import type { FlushableLogStorage, FlushOutcome, ReadLimit } from './log-storage.ts';

/** A log storage that forgets with its process, for tests and simulation. `flush` waits for `completeFlush`, or completes at once if `immediate`. */
export class MemoryLogStorage implements FlushableLogStorage {
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  #entries: LogEntry[] = [];
  readonly #configurations = new ConfigurationEntries();
  #written = 0;
  #flushed = 0;
  readonly #now: boolean;
  #waiting: { written: number; done: (outcome: FlushOutcome) => void } | null = null;

  constructor(options: { readonly immediate: boolean }) {
    this.#now = options.immediate;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get firstIndex(): LogIndex {
    return logIndex(1);
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#entries.length);
  }

  get written(): number {
    return this.#written;
  }

  get staged(): boolean {
    return this.#written > (this.#waiting?.written ?? this.#flushed);
  }

  get configurations(): readonly PlacedConfiguration[] {
    return this.#configurations.all;
  }

  termAt(index: LogIndex): Term | null {
    if (index === 0) return term(0);
    return this.#entries[index - 1]?.term ?? null;
  }

  read(from: LogIndex, limit: ReadLimit): readonly LogEntry[] {
    if (from < this.firstIndex) return [];
    return takeWithin(this.#entries.slice(from - 1, from - 1 + Math.max(1, limit.maxEntries)), limit);
  }

  setHardState(hardState: HardState): void {
    this.#hardState = hardState;
    this.#written += 1;
  }

  append(entries: readonly LogEntry[]): void {
    for (const [at, entry] of entries.entries()) {
      const before = this.lastIndex + at;
      if (entry.index !== before + 1) throw new RangeError(`entry ${entry.index} after ${before}`);
    }
    for (const entry of entries) {
      this.#entries.push(entry);
      this.#configurations.push(entry);
    }
    this.#written += 1;
  }

  truncate(from: LogIndex): void {
    this.#entries.length = Math.min(this.#entries.length, from - 1);
    this.#configurations.truncate(from);
    this.#written += 1;
  }

  flush(done: (outcome: FlushOutcome) => void): void {
    if (this.#waiting !== null) throw new Error('a flush is under way');
    this.#waiting = { written: this.#written, done };
    if (this.#now) this.completeFlush();
  }

  /** Lets the flush that is under way succeed. */
  completeFlush(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    this.#waiting = null;
    this.#flushed = waiting.written;
    waiting.done({ kind: 'flushed', written: waiting.written });
  }
}

/** What an entry costs beside its command, at most: term, index, kind and a traceparent. */
const entryEnvelopeBytes = 128;

/** The longest beginning of `entries` that keeps to the limit, and one entry at least. */
export function takeWithin(entries: readonly LogEntry[], limit: ReadLimit): readonly LogEntry[] {
  let bytes = 0;
  let count = 0;
  for (const entry of entries) {
    bytes += entry.command.length + entryEnvelopeBytes;
    if (count > 0 && (count >= limit.maxEntries || bytes > limit.maxBytes)) break;
    count += 1;
  }
  return count === entries.length ? entries : entries.slice(0, count);
}
