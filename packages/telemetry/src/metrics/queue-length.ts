import { declarations } from './declarations.ts';
import type { MetricReadings } from './metric-readings.ts';

/** How many wait somewhere. */
export interface QueueLength {
  /** By which it goes in metrics. */
  readonly queue: string;
  readonly length: number;
  /** How many may wait; null: as many as come. */
  readonly limit: number | null;
}

/** Adds how many wait, and how many may. */
export function readQueues(queues: readonly QueueLength[], readings: MetricReadings): void {
  for (const { queue, length, limit } of queues) {
    readings.set(declarations.queueLength, { queue }, length);
    if (limit !== null) readings.set(declarations.queueLimit, { queue }, limit);
  }
}
