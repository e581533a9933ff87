import type { LogIndex } from '../types.ts';

/** An AppendEntries with entries whose acknowledgement is not here yet. */
export interface Inflight {
  readonly sequence: number;
  readonly lastIndex: LogIndex;
  readonly bytes: number;
  readonly sentAtMs: number;
}

/** How much may be on its way to one peer. */
export interface Window {
  readonly maxInflightAppends: number;
  readonly maxInflightBytes: number;
}

/** What is on its way to one peer, oldest first. A full window pauses its replicator and nobody else. */
export class Inflights {
  readonly #window: Window;
  #appends: Inflight[] = [];
  #bytes = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  get isEmpty(): boolean {
    return this.#appends.length === 0;
  }

  get isFull(): boolean {
    return this.#appends.length >= this.#window.maxInflightAppends || this.#bytes >= this.#window.maxInflightBytes;
  }

  add(append: Inflight): void {
    this.#appends.push(append);
    this.#bytes += append.bytes;
  }

  /** Everything up to `matchIndex` has arrived. The newest of what is not waited for any more; null if that is nothing. */
  acknowledge(matchIndex: LogIndex): Inflight | null {
    let newest: Inflight | null = null;
    while (this.#appends[0] !== undefined && this.#appends[0].lastIndex <= matchIndex) {
      newest = this.#appends[0];
      this.#bytes -= newest.bytes;
      this.#appends.shift();
    }
    return newest;
  }

  /** Nothing of it is waited for any more. */
  clear(): void {
    this.#appends = [];
    this.#bytes = 0;
  }
}
