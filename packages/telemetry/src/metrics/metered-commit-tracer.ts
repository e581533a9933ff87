import type { CommitSpan, CommitTracer, LogIndex, Term } from '@quorate/raft';
import { declarations } from './declarations.ts';
import type { MetricReadings } from './metric-readings.ts';

type Outcome = Parameters<CommitSpan['end']>[0];

/** Counts the commits of a node that leads, by what became of them, and has another tracer trace them. */
export class MeteredCommitTracer implements CommitTracer {
  readonly #tracer: CommitTracer;
  readonly #outcomes = new Map<Outcome, number>();

  constructor(tracer: CommitTracer) {
    this.#tracer = tracer;
  }

  start(parent: string | null): CommitSpan {
    return new MeteredCommitSpan(this.#outcomes, this.#tracer.start(parent));
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    for (const [outcome, count] of this.#outcomes) readings.set(declarations.proposals, { outcome }, count);
  }
}

class MeteredCommitSpan implements CommitSpan {
  readonly #outcomes: Map<Outcome, number>;
  readonly #span: CommitSpan | null;

  constructor(outcomes: Map<Outcome, number>, span: CommitSpan | null) {
    this.#outcomes = outcomes;
    this.#span = span;
  }

  get traceparent(): string | null {
    return this.#span?.traceparent ?? null;
  }

  appended(index: LogIndex, term: Term): void {
    this.#span?.appended(index, term);
  }

  committed(): void {
    this.#span?.committed();
  }

  end(outcome: Outcome): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
    this.#span?.end(outcome);
  }
}
