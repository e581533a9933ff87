import type { DurationHistogram, HistogramState } from './duration-histogram.ts';
import type { Metric } from './metric.ts';

/** What a metric shows under one set of labels. */
export interface Reading {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | HistogramState;
}

/** Adds to the readings what one part of the node knows. */
export type MetricSource = (readings: MetricReadings) => void | Promise<void>;

/** What all metrics show at one moment. A metric that nobody sets shows nothing. */
export class MetricReadings {
  readonly #readings = new Map<Metric, Reading[]>();

  /** Sets a counter or a gauge. */
  set<Label extends string>(metric: Metric<Label>, labels: Readonly<Record<Label, string>>, value: number): void {
    this.#add(metric, { labels, value });
  }

  /** Sets a histogram. */
  setHistogram<Label extends string>(
    metric: Metric<Label>,
    labels: Readonly<Record<Label, string>>,
    histogram: DurationHistogram,
  ): void {
    this.#add(metric, { labels, value: histogram.state });
  }

  /** Sets a gauge of things of which one holds at a time: 1 under that, 0 under the others, so that what has ended is seen to end. */
  setOneOf<Label extends string, Value extends string>(
    metric: Metric<Label>,
    values: readonly Value[],
    current: Value | null,
    labelsOf: (value: Value) => Readonly<Record<Label, string>>,
  ): void {
    for (const value of values) this.set(metric, labelsOf(value), value === current ? 1 : 0);
  }

  /** What a metric shows. */
  of(metric: Metric): readonly Reading[] {
    return this.#readings.get(metric) ?? [];
  }

  #add(metric: Metric, reading: Reading): void {
    const readings = this.#readings.get(metric) ?? [];
    this.#readings.set(metric, readings);
    readings.push(reading);
  }
}
