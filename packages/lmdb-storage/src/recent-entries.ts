import type { LogEntry, LogIndex } from '@quorate/raft';

/** What an entry costs in memory beside its command, in bytes; a guess. */
const overhead = 128;

/** The newest entries of a log, without a gap, in memory: those that are not yet at rest, and as many older ones as there is room for. */
export class RecentEntries {
  readonly #maxBytes: number;
  #entries: (LogEntry | undefined)[] = [];
  /** How many at the beginning of `#entries` are forgotten already. */
  #gone = 0;
  #firstIndex = 0;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The entry at `index`, if it is here. */
  at(index: LogIndex): LogEntry | undefined {
    return index < this.#firstIndex ? undefined : this.#entries[this.#gone + index - this.#firstIndex];
  }

  /** Adds the entry that follows the newest one. */
  push(entry: LogEntry): void {
    if (this.#entries.length === this.#gone) this.#firstIndex = entry.index;
    this.#entries.push(entry);
    this.#bytes += entry.command.length + overhead;
  }

  /** Forgets `from` and all that follows it. */
  truncate(from: LogIndex): void {
    while (this.#entries.length > this.#gone && (this.#entries.at(-1)?.index ?? 0) >= from) {
      this.#bytes -= (this.#entries.pop()?.command.length ?? 0) + overhead;
    }
  }

  /** Forgets all up to `through`. */
  compact(through: LogIndex): void {
    while (this.#firstIndex <= through && this.#gone < this.#entries.length) this.#forgetOldest();
    this.#tidy();
  }

  /** Makes room, by forgetting the oldest entries of those up to `through`, which can be read from elsewhere. */
  makeRoom(through: LogIndex): void {
    while (this.#bytes > this.#maxBytes && this.#firstIndex <= through && this.#gone < this.#entries.length) {
      this.#forgetOldest();
    }
    this.#tidy();
  }

  #forgetOldest(): void {
    this.#bytes -= (this.#entries[this.#gone]?.command.length ?? 0) + overhead;
    this.#entries[this.#gone] = undefined;
    this.#gone += 1;
    this.#firstIndex += 1;
  }

  #tidy(): void {
    if (this.#gone < 1_024 || this.#gone < this.#entries.length / 2) return;
    this.#entries = this.#entries.slice(this.#gone);
    this.#gone = 0;
  }
}
