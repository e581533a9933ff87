import { type HrTime, ValueType } from '@opentelemetry/api';
import { hrTime } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricDescriptor,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { declarations } from './declarations.ts';
import type { HistogramState } from './duration-histogram.ts';
import type { Metric } from './metric.ts';
import { MetricReadings, type MetricSource, type Reading } from './metric-readings.ts';

/** What a producer is made from. */
export interface ReadingsProducerOptions {
  readonly resource: Resource;
  /** Of Quorate. */
  readonly version: string;
}

/** Gives OpenTelemetry's readers what the node's parts know, asked anew each time. */
export class ReadingsProducer implements MetricProducer {
  readonly #options: ReadingsProducerOptions;
  readonly #sources = new Set<MetricSource>();
  readonly #startTime = hrTime();

  constructor(options: ReadingsProducerOptions) {
    this.#options = options;
  }

  /** Asks `source` too, each time from now on. */
  add(source: MetricSource): void {
    this.#sources.add(source);
  }

  /** A source that fails leaves its metrics out; the others are there. */
  async collect(): Promise<CollectionResult> {
    const { resource, version } = this.#options;
    const readings = new MetricReadings();
    const outcomes = await Promise.allSettled([...this.#sources].map(async (source) => source(readings)));
    const errors = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    const times = { startTime: this.#startTime, endTime: hrTime() };
    const metrics = Object.values<Metric>(declarations)
      .filter((metric) => readings.of(metric).length > 0)
      .map((metric) => dataOf(metric, readings.of(metric), times));
    return { resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'quorate', version }, metrics }] }, errors };
  }
}

interface Times {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

function dataOf(metric: Metric, readings: readonly Reading[], times: Times): MetricData {
  const base = { descriptor: descriptorOf(metric), aggregationTemporality: AggregationTemporality.CUMULATIVE };
  switch (metric.kind) {
    case 'counter':
      return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints: numbers(readings, times) };
    case 'gauge':
      return { ...base, dataPointType: DataPointType.GAUGE, dataPoints: numbers(readings, times) };
    case 'histogram':
      return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints: histograms(readings, times) };
    default:
      return metric.kind satisfies never;
  }
}

const descriptorOf = ({ name, help, unit }: Metric): MetricDescriptor => ({
  name,
  description: help,
  unit,
  valueType: ValueType.DOUBLE,
});

const numbers = (readings: readonly Reading[], times: Times): DataPoint<number>[] =>
  readings.flatMap(({ labels, value }) =>
    typeof value === 'number' ? [{ ...times, attributes: { ...labels }, value }] : [],
  );

const histograms = (readings: readonly Reading[], times: Times): DataPoint<Histogram>[] =>
  readings.flatMap(({ labels, value }) =>
    typeof value === 'number' ? [] : [{ ...times, attributes: { ...labels }, value: histogramOf(value) }],
  );

const histogramOf = ({ bounds, counts, sum, count }: HistogramState): Histogram => ({
  buckets: { boundaries: [...bounds], counts: [...counts] },
  sum,
  count,
});
