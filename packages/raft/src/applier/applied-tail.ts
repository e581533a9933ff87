import type { AppliedEntry } from '../storage/state-machine.ts';
import type { LogIndex } from '../types.ts';

const maxBytes = 1024 * 1024;
const maxEntries = 4096;

/** The newest applied entries with their results, so that a leader that missed a notice can ask, and a new leader can tell its streams what the old one may not have told. */
export class AppliedTail {
  #applied: AppliedEntry[] = [];
  #bytes = 0;

  push(applied: readonly AppliedEntry[]): void {
    for (const one of applied) {
      this.#applied.push(one);
      this.#bytes += sizeOf(one);
    }
    this.#trim();
  }

  /** Forgets all of it: what follows does not continue it. */
  clear(): void {
    this.#applied = [];
    this.#bytes = 0;
  }

  /** What is still held of that stretch, in order. */
  between(fromIndex: LogIndex, toIndex: LogIndex): readonly AppliedEntry[] {
    return this.#applied.filter(({ entry }) => entry.index >= fromIndex && entry.index <= toIndex);
  }

  /** All that is held, in order. */
  get all(): readonly AppliedEntry[] {
    return this.#applied;
  }

  #trim(): void {
    let excess = 0;
    while (
      excess < this.#applied.length - 1 &&
      (this.#bytes > maxBytes || this.#applied.length - excess > maxEntries)
    ) {
      const oldest = this.#applied[excess];
      if (oldest !== undefined) this.#bytes -= sizeOf(oldest);
      excess += 1;
    }
    if (excess > 0) this.#applied = this.#applied.slice(excess);
  }
}

/** About what it takes to keep what a notice will be made of, beside the command. */
const noticeBytes = 256;

const sizeOf = ({ entry, result, noticeCount }: AppliedEntry): number =>
  entry.command.length + result.length + noticeCount * noticeBytes;
