import { declarations } from './declarations.ts';
import { DurationHistogram } from './duration-histogram.ts';
import type { MetricReadings } from './metric-readings.ts';

const intervalMs = 50;

/** What this process takes of the machine, and how late its timers fire. */
export class ProcessMeter {
  readonly #delay = new DurationHistogram();
  readonly #timer: NodeJS.Timeout;
  #dueAtMs = performance.now() + intervalMs;

  constructor() {
    this.#timer = setInterval(() => this.#fired(), intervalMs);
    // A process that has nothing else to do may end.
    this.#timer.unref();
  }

  /** Adds what is so now. */
  read(readings: MetricReadings): void {
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    readings.setHistogram(declarations.eventLoopDelay, {}, this.#delay);
    readings.set(declarations.processMemory, {}, rss);
    readings.set(declarations.heapUsed, {}, heapUsed);
    readings.set(declarations.processCpu, { mode: 'user' }, user / 1e6);
    readings.set(declarations.processCpu, { mode: 'system' }, system / 1e6);
    readings.set(declarations.processUptime, {}, process.uptime());
  }

  /** Measures no more. */
  stop(): void {
    clearInterval(this.#timer);
  }

  #fired(): void {
    const nowMs = performance.now();
    this.#delay.record(nowMs - this.#dueAtMs);
    this.#dueAtMs = nowMs + intervalMs;
  }
}
