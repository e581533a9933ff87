import type { Clock } from '../../src/clock.ts';

/** Time that passes when a test says so. */
export class TestClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Map<() => void, number>();

  now(): number {
    return this.#nowMs;
  }

  random(): number {
    return 0.5;
  }

  startTimer(delayMs: number, fire: () => void): () => void {
    this.#timers.set(fire, this.#nowMs + delayMs);
    return () => this.#timers.delete(fire);
  }

  /** How many are set. */
  get timers(): number {
    return this.#timers.size;
  }

  /** So much time passes, and whatever is due in it happens. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      await settled();
      const [next] = [...this.#timers].filter(([, atMs]) => atMs <= untilMs).sort(([, one], [, other]) => one - other);
      if (next === undefined) break;
      this.#nowMs = next[1];
      this.#timers.delete(next[0]);
      next[0]();
    }
    this.#nowMs = untilMs;
  }
}

/** All that follows from what was settled has happened. */
const settled = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
