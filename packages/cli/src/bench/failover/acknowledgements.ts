import { setTimeout as after } from 'node:timers/promises';

/** Watches writes being acknowledged, and for how long none is. Times are of performance.now(). */
export class Acknowledgements {
  #latestMs = performance.now();
  #longestMs = 0;
  /** Of the writes that were acknowledged, when the latest to be begun was begun. */
  #latestBeginMs = Number.NEGATIVE_INFINITY;

  /** A write that was begun then has been acknowledged now. */
  add(beginMs: number): void {
    this.#longestMs = this.longestMs;
    this.#latestMs = performance.now();
    this.#latestBeginMs = Math.max(this.#latestBeginMs, beginMs);
  }

  /** Forgets all pauses but the one that goes on. */
  forget(): void {
    this.#longestMs = 0;
  }

  /** The longest time without an acknowledgement since `forget`, the one that goes on included. */
  get longestMs(): number {
    return Math.max(this.#longestMs, performance.now() - this.#latestMs);
  }

  /** Resolves when a write that was begun after `momentMs` has been acknowledged; false if none is for so long. */
  async isBeyond(momentMs: number, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while (this.#latestBeginMs <= momentMs) {
      if (performance.now() > deadlineMs) return false;
      await after(pollMs, undefined, { signal });
    }
    return true;
  }
}

const pollMs = 10;
