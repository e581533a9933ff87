import type { AppliedEntry, LogEntry, LogIndex, StateMachine, Term } from '@quorate/raft';

/** A state machine that tells of what it has applied. */
export class WatchedStateMachine implements StateMachine {
  readonly #innerOf: () => StateMachine;
  readonly #onApplied: (entries: readonly LogEntry[]) => void;

  /** `innerOf`: the state machine as it is now; loading a snapshot puts another in its place. */
  constructor(innerOf: () => StateMachine, onApplied: (entries: readonly LogEntry[]) => void) {
    this.#innerOf = innerOf;
    this.#onApplied = onApplied;
  }

  get lastApplied(): LogIndex {
    return this.#innerOf().lastApplied;
  }

  get lastAppliedTerm(): Term {
    return this.#innerOf().lastAppliedTerm;
  }

  get revision(): number {
    return this.#innerOf().revision;
  }

  get dueAtLogTimeMs(): number | null {
    return this.#innerOf().dueAtLogTimeMs;
  }

  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    const applied = this.#innerOf().apply(entries);
    this.#onApplied(entries);
    return applied;
  }

  query(query: Uint8Array): Uint8Array {
    return this.#innerOf().query(query);
  }
}
