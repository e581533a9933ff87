import {
  type AppliedEntry,
  type LogEntry,
  type LogIndex,
  logIndex,
  type StateMachine,
  type Term,
  term,
} from '../../src/index.ts';

/** A state machine that remembers what it was given: the result of a command is the command, the answer to a query lastApplied as text. Each command is a change. */
export class RecordingStateMachine implements StateMachine {
  readonly applied: LogEntry[] = [];
  /** What a test says. */
  dueAtLogTimeMs: number | null = null;
  readonly #watch: (entry: LogEntry) => void;

  /** `watch` sees each entry as it is applied. */
  constructor(watch: (entry: LogEntry) => void = () => {}) {
    this.#watch = watch;
  }

  get lastApplied(): LogIndex {
    return logIndex(this.applied.length);
  }

  get lastAppliedTerm(): Term {
    return this.applied.at(-1)?.term ?? term(0);
  }

  get revision(): number {
    return this.applied.filter(({ kind }) => kind === 'command').length;
  }

  apply(entries: readonly LogEntry[]): readonly AppliedEntry[] {
    for (const entry of entries) {
      if (entry.index !== this.lastApplied + 1) throw new Error(`applied ${entry.index} after ${this.lastApplied}`);
      this.applied.push(entry);
      this.#watch(entry);
    }
    return entries.map((entry) => ({ entry, result: entry.command, noticeCount: 0, notices: () => [] }));
  }

  query(): Uint8Array {
    return new TextEncoder().encode(String(this.lastApplied));
  }
}
