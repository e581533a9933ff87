import { setImmediate as nextTurn } from 'node:timers/promises';

/** After so long at work the event loop has its turn, in milliseconds. */
const sliceMs = 2;

/** Keeps long work from holding up the event loop: between two of its steps, ask it for a pause. */
export class Pace {
  #beganAtMs = performance.now();

  /** Resolves at once, or in a later turn if the work has been at it for long enough. */
  async pause(): Promise<void> {
    if (performance.now() - this.#beganAtMs < sliceMs) return;
    await nextTurn();
    this.#beganAtMs = performance.now();
  }

  /** The event loop has had its turn. */
  restart(): void {
    this.#beganAtMs = performance.now();
  }
}
