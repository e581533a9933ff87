import type { LogEntry } from '@quorate/raft';

/** An entry that a leader has committed, and the term that this leader led. */
export interface Committed {
  readonly entry: LogEntry;
  readonly inTerm: number;
}

/** Everything that was ever committed, in order: what all later leaders must have. Several invariants look at it. */
export class CommittedEntries {
  readonly #committed: Committed[] = [];

  /** How many, and so the last index. */
  get lastIndex(): number {
    return this.#committed.length;
  }

  /** What was committed at that index, if anything was. */
  at(index: number): Committed | undefined {
    return this.#committed[index - 1];
  }

  /** The next one is committed. */
  push(committed: Committed): void {
    this.#committed.push(committed);
  }
}
