import type { Clock } from './clock.ts';

/** What has a deadline. */
export interface Expiring {
  /** By the clock. */
  readonly dueAtMs: number;
  /** Its time is up; it is not among those with a deadline any more. It must not throw. */
  expired(): void;
}

/** The longest that a timer is late, or early: the machine's count whole milliseconds. */
const timerStepMs = 1;

/**
 * The deadlines of all that is under way, on one timer. It is set for the earliest and then left alone while there are others: nearly everything is over long before
 * its deadline, and a timer of its own would be made and thrown away for each call.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #open = new Set<Expiring>();
  #timerAtMs = Number.POSITIVE_INFINITY;
  #stopTimer: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Tells `expiring` when its time is up, unless it is removed before. */
  add(expiring: Expiring): void {
    this.#open.add(expiring);
    if (expiring.dueAtMs < this.#timerAtMs) this.#setTimer(expiring.dueAtMs);
  }

  /** Its time does not matter any more. */
  remove(expiring: Expiring): void {
    if (this.#open.delete(expiring) && this.#open.size === 0) this.#clearTimer();
  }

  #setTimer(atMs: number): void {
    this.#stopTimer();
    this.#timerAtMs = atMs;
    this.#stopTimer = this.#clock.startTimer(Math.max(0, atMs - this.#clock.now()), () => this.#fired());
  }

  #clearTimer(): void {
    this.#stopTimer();
    this.#stopTimer = () => {};
    this.#timerAtMs = Number.POSITIVE_INFINITY;
  }

  /** Whatever it was set for may be over, and the next is due later. */
  #fired(): void {
    this.#clearTimer();
    const dueBeforeMs = this.#clock.now() + timerStepMs;
    const due = [...this.#open].filter(({ dueAtMs }) => dueAtMs < dueBeforeMs);
    for (const expiring of due) if (this.#open.delete(expiring)) expiring.expired();
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const { dueAtMs } of this.#open) earliestMs = Math.min(earliestMs, dueAtMs);
    if (earliestMs < this.#timerAtMs) this.#setTimer(earliestMs);
  }
}
