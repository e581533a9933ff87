import { SlidingWindow } from '../sliding-window.ts';
import type { LogIndex } from '../types.ts';

/** Over so many flushes their time is averaged. */
const windowSize = 64;

/** How the leader's own disk gets on: how long entries take to reach it, and whether it stands still. */
export class OwnDisk {
  readonly #flushes = new SlidingWindow(windowSize);
  /** What was appended and is not on disk yet, oldest first. */
  readonly #waiting: { readonly lastIndex: LogIndex; readonly atMs: number }[] = [];
  #hasAdvanced = true;
  #stalledMs = 0;
  #tickedAtMs: number;

  constructor(nowMs: number) {
    this.#tickedAtMs = nowMs;
  }

  /** On average; null until it is measured. */
  get flushMs(): number | null {
    return this.#flushes.mean;
  }

  /** How long nothing has reached it, though something was to. */
  get stalledMs(): number {
    return this.#stalledMs;
  }

  /** The log ends there now. */
  appended(lastIndex: LogIndex, nowMs: number): void {
    this.#waiting.push({ lastIndex, atMs: nowMs });
  }

  /** All up to there is on disk. */
  reached(durableIndex: LogIndex, nowMs: number): void {
    for (
      let [oldest] = this.#waiting;
      oldest !== undefined && oldest.lastIndex <= durableIndex;
      [oldest] = this.#waiting
    ) {
      this.#waiting.shift();
      this.#flushes.add(nowMs - oldest.atMs);
      this.#hasAdvanced = true;
    }
  }

  /** What was not heard of it until now says nothing of it. */
  startAnew(nowMs: number): void {
    this.#stalledMs = 0;
    this.#hasAdvanced = true;
    this.#tickedAtMs = nowMs;
  }

  /** Another interval has passed, no longer than `longestMs`: a leader that stood still saw nothing of what its disk did meanwhile. */
  tick(nowMs: number, longestMs: number): void {
    const passedMs = Math.min(longestMs, nowMs - this.#tickedAtMs);
    const isStalled = !this.#hasAdvanced && this.#waiting.length > 0;
    this.#stalledMs = isStalled ? this.#stalledMs + passedMs : 0;
    this.#tickedAtMs = nowMs;
    this.#hasAdvanced = false;
  }
}
