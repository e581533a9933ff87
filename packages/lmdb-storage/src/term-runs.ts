import { type LogIndex, logIndex, type Term, term } from '@quorate/raft';

interface Run {
  readonly firstIndex: number;
  readonly term: Term;
}

/** An entry's place and term. */
export interface LogPosition {
  readonly index: LogIndex;
  readonly term: Term;
}

/** What comes before the first entry of all. */
export const beginning: LogPosition = { index: logIndex(0), term: term(0) };

/** The term of every entry of a log, and of the last one before it, kept as runs: a log has few terms and many entries. */
export class TermRuns {
  #runs: Run[] = [];
  /** The last entry before the first that the log holds. */
  #base: LogPosition = beginning;
  #lastIndex: LogIndex = beginning.index;

  get base(): LogPosition {
    return this.#base;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  /** The term of the last entry, or of what is before the log if it is empty. */
  get lastTerm(): Term {
    return this.#runs.at(-1)?.term ?? this.#base.term;
  }

  /** Begins anew, as an empty log after `base`. */
  reset({ index, term: ofTerm }: LogPosition): void {
    this.#runs = [];
    this.#base = { index, term: ofTerm };
    this.#lastIndex = index;
  }

  /** Adds the entry that follows the last one. */
  push(index: LogIndex, ofTerm: Term): void {
    if (this.#runs.at(-1)?.term !== ofTerm) this.#runs.push({ firstIndex: index, term: ofTerm });
    this.#lastIndex = index;
  }

  /** Forgets `from`, which comes after the base, and all that follows it. */
  truncate(from: LogIndex): void {
    if (from > this.#lastIndex) return;
    this.#lastIndex = logIndex(from - 1);
    while ((this.#runs.at(-1)?.firstIndex ?? 0) >= from) this.#runs.pop();
  }

  /** Forgets what comes before `base`, an entry of the log. */
  compact({ index, term: ofTerm }: LogPosition): void {
    const first = this.#runs.findLastIndex(({ firstIndex }) => firstIndex <= index + 1);
    this.#base = { index, term: ofTerm };
    this.#runs = index === this.#lastIndex ? [] : this.#runs.slice(Math.max(0, first));
  }

  /** The term at `index`, or null where there is no entry. */
  at(index: LogIndex): Term | null {
    if (index === this.#base.index) return this.#base.term;
    if (index < this.#base.index || index > this.#lastIndex) return null;
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
