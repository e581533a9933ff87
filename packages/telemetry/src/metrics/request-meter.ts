import type { ReadConsistency } from '@quorate/raft';
import { declarations } from './declarations.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MetricReadings } from './metric-readings.ts';

/** So many codes of errors are told apart for an endpoint, at most: a code may come out of a log that a later version has written. */
const maxOutcomes = 64;
const otherOutcome = 'other';

interface EndpointMeter {
  readonly duration: DurationHistogram;
  readonly outcomes: Map<string, number>;
}

function count(outcomes: Map<string, number>, outcome: string): void {
  const known = outcomes.has(outcome) || outcomes.size < maxOutcomes ? outcome : otherOutcome;
  outcomes.set(known, (outcomes.get(known) ?? 0) + 1);
}

/** Counts and times the requests of clients. */
export class RequestMeter {
  readonly #endpoints = new Map<string, EndpointMeter>();
  /** By consistency and outcome. */
  readonly #reads = new Map<string, Map<string, number>>();
  #active = 0;
  #brokenTraceparents = 0;

  /** A `traceparent` came that is none: it is ignored. */
  brokenTraceparent(): void {
    this.#brokenTraceparents += 1;
  }

  /** A request has come. Gives the moment, for `answered`. */
  began(): number {
    this.#active += 1;
    return performance.now();
  }

  /** Its answer is there; `outcome` is `ok` or an error's code. `consistency` is how fresh a read was to be; null if it was none. */
  answered(endpoint: string, outcome: string, beganAtMs: number, consistency: ReadConsistency | null = null): void {
    this.#active -= 1;
    let meter = this.#endpoints.get(endpoint);
    if (meter === undefined) {
      meter = { duration: new DurationHistogram(), outcomes: new Map() };
      this.#endpoints.set(endpoint, meter);
    }
    meter.duration.record(performance.now() - beganAtMs);
    count(meter.outcomes, outcome);
    if (consistency !== null) this.#countRead(consistency, outcome);
  }

  #countRead(consistency: ReadConsistency, outcome: string): void {
    const outcomes = this.#reads.get(consistency) ?? new Map<string, number>();
    this.#reads.set(consistency, outcomes);
    count(outcomes, outcome);
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    readings.set(declarations.requestsActive, {}, this.#active);
    readings.set(declarations.brokenTraceparents, {}, this.#brokenTraceparents);
    for (const [endpoint, { duration, outcomes }] of this.#endpoints) {
      readings.setHistogram(declarations.requestDuration, { endpoint }, duration);
      for (const [outcome, times] of outcomes) readings.set(declarations.requests, { endpoint, outcome }, times);
    }
    for (const [consistency, outcomes] of this.#reads) {
      for (const [outcome, times] of outcomes) readings.set(declarations.reads, { consistency, outcome }, times);
    }
  }
}
