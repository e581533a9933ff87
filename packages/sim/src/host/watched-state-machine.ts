import type { AppliedEntry, LogEntry, LogIndex, StateMachine, Term } from '@quorate/raft';

/** A state machine that tells of what it has applied. */
export class WatchedStateMachine implements StateMachine {
  readonly #inner: StateMachine;
  readonly #onApplied: (entries: readonly LogEntry[]) => void;

  constructor(inner: StateMachine, onApplied: (entries: readonly LogEntry[]) => void) {
    this.#inner = inner;
    this.#onApplied = onApplied;
  }

  get lastApplied(): LogIndex {
    return this.#inner.lastApplied;
  }

  get lastAppliedTerm(): Term {
    return this.#inner.lastAppliedTerm;
  }

  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    const applied = this.#inner.apply(entries);
    this.#onApplied(entries);
    return applied;
  }

  query(query: Uint8Array): Uint8Array {
    return this.#inner.query(query);
  }
}
