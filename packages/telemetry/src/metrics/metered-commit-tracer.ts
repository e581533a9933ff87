import type { CommitSpan, CommitTracer, LogIndex, Term } from '@quorate/raft';
import { declarations } from './declarations.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MetricReadings } from './metric-readings.ts';

type Outcome = Parameters<CommitSpan['end']>[0];

/** Counts and times the commits of a node that leads, and has another tracer trace them. */
export class MeteredCommitTracer implements CommitTracer {
  readonly #tracer: CommitTracer;
  readonly #meter = new CommitMeter();

  constructor(tracer: CommitTracer) {
    this.#tracer = tracer;
  }

  start(parent: string | null): CommitSpan {
    return new MeteredCommitSpan(this.#meter, this.#tracer.start(parent));
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    this.#meter.read(readings);
  }
}

class CommitMeter {
  readonly #outcomes = new Map<Outcome, number>();
  readonly #append = new DurationHistogram();
  readonly #quorum = new DurationHistogram();
  readonly #apply = new DurationHistogram();
  readonly #whole = new DurationHistogram();

  ended(outcome: Outcome): void {
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  applied(startMs: number, appendedMs: number, committedMs: number, endMs: number): void {
    this.#append.record(appendedMs - startMs);
    this.#quorum.record(committedMs - appendedMs);
    this.#apply.record(endMs - committedMs);
    this.#whole.record(endMs - startMs);
  }

  read(readings: MetricReadings): void {
    for (const [outcome, count] of this.#outcomes) readings.set(declarations.proposals, { outcome }, count);
    readings.setHistogram(declarations.commitDuration, {}, this.#whole);
    const stages = { append: this.#append, quorum: this.#quorum, apply: this.#apply };
    for (const [stage, histogram] of Object.entries(stages))
      readings.setHistogram(declarations.commitStageDuration, { stage }, histogram);
  }
}

/** Of a command that is applied, all moments are known: they are recorded at its end, together, so that the stages add up to the whole. */
class MeteredCommitSpan implements CommitSpan {
  readonly #meter: CommitMeter;
  readonly #span: CommitSpan | null;
  readonly #startMs = performance.now();
  #appendedMs: number | null = null;
  #committedMs: number | null = null;

  constructor(meter: CommitMeter, span: CommitSpan | null) {
    this.#meter = meter;
    this.#span = span;
  }

  get traceparent(): string | null {
    return this.#span?.traceparent ?? null;
  }

  appended(index: LogIndex, term: Term): void {
    this.#appendedMs = performance.now();
    this.#span?.appended(index, term);
  }

  committed(): void {
    this.#committedMs = performance.now();
    this.#span?.committed();
  }

  end(outcome: Outcome): void {
    this.#meter.ended(outcome);
    if (outcome === 'applied' && this.#appendedMs !== null && this.#committedMs !== null)
      this.#meter.applied(this.#startMs, this.#appendedMs, this.#committedMs, performance.now());
    this.#span?.end(outcome);
  }
}
