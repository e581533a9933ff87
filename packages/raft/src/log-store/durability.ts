import type { LogStorage } from '../storage/log-storage.ts';
import { type LogIndex, logIndex, minIndex } from '../types.ts';

interface Held {
  readonly afterWrite: number;
  readonly release: () => void;
}

interface PendingAppend {
  readonly write: number;
  lastIndex: LogIndex;
}

/**
 * What is on disk and what is only on its way there, and the messages that wait for it. Nothing that a node says may
 * depend on a write that power loss could still take.
 */
export class Durability {
  readonly #storage: LogStorage;
  #flushedWrite = 0;
  #durableIndex: LogIndex;
  #truncationEpoch = 0;
  #pendingAppends: PendingAppend[] = [];
  #held: Held[] = [];

  constructor(storage: LogStorage) {
    this.#storage = storage;
    this.#flushedWrite = storage.written;
    this.#durableIndex = storage.lastIndex;
  }

  /** The last index that is on disk and was not overwritten since. */
  get durableIndex(): LogIndex {
    return this.#durableIndex;
  }

  /** How often the log was truncated: a notice of durability from before the last time counts for nothing (the ABA race of asynchronous storage). */
  get truncationEpoch(): number {
    return this.#truncationEpoch;
  }

  /** Notes that all that was just appended ends at lastIndex. */
  appended(): void {
    this.#pendingAppends.push({ write: this.#storage.written, lastIndex: this.#storage.lastIndex });
  }

  /** Notes that nothing from `from` on is what it was: at once, not when the truncation is flushed. */
  truncated(from: LogIndex): void {
    const kept = logIndex(from - 1);
    this.#truncationEpoch += 1;
    this.#durableIndex = minIndex(this.#durableIndex, kept);
    for (const append of this.#pendingAppends) append.lastIndex = minIndex(append.lastIndex, kept);
  }

  /** Runs `release` when the write of that number is on disk; at once if it is. */
  afterWrite(write: number, release: () => void): void {
    if (write <= this.#flushedWrite) release();
    else this.#held.push({ afterWrite: write, release });
  }

  /** Every write up to `written` is on disk. */
  flushed(written: number): void {
    if (written <= this.#flushedWrite) return;
    this.#flushedWrite = written;
    while (this.#pendingAppends[0] !== undefined && this.#pendingAppends[0].write <= written) {
      const { lastIndex } = this.#pendingAppends[0];
      if (lastIndex > this.#durableIndex) this.#durableIndex = lastIndex;
      this.#pendingAppends.shift();
    }
    const due = this.#held.filter((held) => held.afterWrite <= written);
    this.#held = this.#held.filter((held) => held.afterWrite > written);
    for (const held of due) held.release();
  }
}
