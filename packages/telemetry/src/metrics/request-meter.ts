import { declarations } from './declarations.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MetricReadings } from './metric-readings.ts';

/** So many codes of errors are told apart for an endpoint, at most: a code may come out of a log that a later version has written. */
const maxOutcomes = 64;
const otherOutcome = 'other';

class EndpointMeter {
  readonly duration = new DurationHistogram();
  readonly outcomes = new Map<string, number>();

  count(outcome: string): void {
    const known = this.outcomes.has(outcome) || this.outcomes.size < maxOutcomes ? outcome : otherOutcome;
    this.outcomes.set(known, (this.outcomes.get(known) ?? 0) + 1);
  }
}

/** Counts and times the requests of clients. */
export class RequestMeter {
  readonly #endpoints = new Map<string, EndpointMeter>();
  #active = 0;

  /** A request has come. Gives the moment, for `answered`. */
  began(): number {
    this.#active += 1;
    return performance.now();
  }

  /** Its answer is there; `outcome` is `ok` or an error's code. */
  answered(endpoint: string, outcome: string, beganAtMs: number): void {
    this.#active -= 1;
    let meter = this.#endpoints.get(endpoint);
    if (meter === undefined) {
      meter = new EndpointMeter();
      this.#endpoints.set(endpoint, meter);
    }
    meter.duration.record(performance.now() - beganAtMs);
    meter.count(outcome);
  }

  /** Adds what was counted. */
  read(readings: MetricReadings): void {
    readings.set(declarations.requestsActive, {}, this.#active);
    for (const [endpoint, { duration, outcomes }] of this.#endpoints) {
      readings.setHistogram(declarations.requestDuration, { endpoint }, duration);
      for (const [outcome, count] of outcomes) readings.set(declarations.requests, { endpoint, outcome }, count);
    }
  }
}
