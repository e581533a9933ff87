import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../src/index.ts';

interface Sleeper {
  readonly wakeMs: number;
  readonly wake: () => void;
}

/** A clock whose time passes only when everybody sleeps. */
export class VirtualClock implements Clock {
  readonly #sleepers: Sleeper[] = [];
  #nowMs = 1_000;

  now(): number {
    return this.#nowMs;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((wake) => {
      this.#sleepers.push({ wakeMs: this.#nowMs + ms, wake });
      this.#sleepers.sort((one, other) => one.wakeMs - other.wakeMs);
    });
  }

  /** Lets time pass until there is a result. */
  async until<Result>(work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    over.catch(() => {});
    for (;;) {
      await nextTurn();
      if (isOver) return over;
      const next = this.#sleepers.shift();
      if (next === undefined) throw new Error('everybody waits, and nobody for time to pass');
      this.#nowMs = Math.max(this.#nowMs, next.wakeMs);
      next.wake();
    }
  }
}
