import type { MetricReadings } from '@quorate/telemetry';
import type { NodeObservation, Observable } from './node-observation.ts';
import { readObservation, readStorageSizes } from './observation-metrics.ts';

/** The node of this process for those who look at it from outside, also while there is none: it starts, and starts again after a repair. */
export class ObservedNode {
  #node: Observable | null = null;

  /** The node has begun, or has ended (null). */
  show(node: Observable | null): void {
    this.#node = node;
  }

  /** How it stands; null while it starts. */
  async observe(): Promise<NodeObservation | null> {
    return (await this.#node?.observe()) ?? null;
  }

  /** Adds what metrics tell of it. */
  async read(readings: MetricReadings): Promise<void> {
    const node = this.#node;
    if (node === null) return;
    readObservation(readings, await node.observe());
    readStorageSizes(readings, await node.storageSizes());
  }
}
