import type { LogIndex, Term } from '@quorate/raft';

interface Run {
  readonly firstIndex: number;
  readonly term: Term;
}

/** The term of every entry of a log, kept as runs: a log has few terms and many entries. */
export class TermRuns {
  readonly #runs: Run[] = [];
  #lastIndex = 0;

  /** The term of the last entry; 0 if there is none. */
  get lastTerm(): number {
    return this.#runs.at(-1)?.term ?? 0;
  }

  /** Adds the entry that follows the last one. */
  push(index: LogIndex, term: Term): void {
    if (this.#runs.at(-1)?.term !== term) this.#runs.push({ firstIndex: index, term });
    this.#lastIndex = index;
  }

  /** Forgets `from` and all that follows it. */
  truncate(from: LogIndex): void {
    if (from > this.#lastIndex) return;
    this.#lastIndex = from - 1;
    while ((this.#runs.at(-1)?.firstIndex ?? 0) >= from) this.#runs.pop();
  }

  /** The term at `index`, or null where there is no entry. */
  at(index: LogIndex): Term | null {
    if (index > this.#lastIndex) return null;
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#runs[middle]?.firstIndex ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return this.#runs[low - 1]?.term ?? null;
  }
}
