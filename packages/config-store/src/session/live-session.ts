import type { KeptResult, SessionRow } from '../tables/sessions-table.ts';
import { SessionResultsTooLarge } from './errors.ts';
import { MAX_SESSION_RESULT_BYTES, MAX_SESSION_WRITES, SMALL_RESULT_BYTES } from './limits.ts';

/** A session while entries are applied. */
export class LiveSession {
  readonly ttlMs: number;
  heardAtMs: number;
  checkedAtMs: number;
  #floor: number;
  readonly #results = new Map<number, Uint8Array>();
  #largeBytes = 0;

  constructor({ ttlMs, heardAtMs, checkedAtMs, floor, results }: SessionRow) {
    this.ttlMs = ttlMs;
    this.heardAtMs = heardAtMs;
    this.checkedAtMs = checkedAtMs;
    this.#floor = floor;
    for (const { sequence, result } of results) this.keep(sequence, result);
  }

  get floor(): number {
    return this.#floor;
  }

  get expiresAtMs(): number {
    return this.heardAtMs + this.ttlMs;
  }

  /** What is to be written down. */
  get row(): SessionRow {
    const { ttlMs, heardAtMs, checkedAtMs, floor } = this;
    const results = Array.from(this.#results, ([sequence, result]): KeptResult => ({ sequence, result }));
    return { ttlMs, heardAtMs, checkedAtMs, floor, results };
  }

  /** Whether it keeps so many results at most, and none that is large. */
  keepsAtMost(results: number): boolean {
    return this.#largeBytes === 0 && this.#results.size <= results;
  }

  /** The result of a write that was done; null if it was not. */
  resultOf(sequence: number): Uint8Array | null {
    return this.#results.get(sequence) ?? null;
  }

  /** The client waits for nothing at or below `floor`. It never falls: a late message with a lower one must not have a write done again whose result is gone. */
  raiseFloor(floor: number): void {
    if (floor <= this.#floor) return;
    const last = Math.min(floor, this.#floor + MAX_SESSION_WRITES);
    for (let sequence = this.#floor + 1; sequence <= last; sequence += 1) this.#forget(sequence);
    this.#floor = floor;
  }

  /** Whether the result of a write can be kept. @throws {SessionResultsTooLarge} */
  checkRoom(result: Uint8Array): void {
    const sizeBytes = this.#largeBytes + largeBytesOf(result);
    if (sizeBytes <= MAX_SESSION_RESULT_BYTES) return;
    throw new SessionResultsTooLarge({ sizeBytes, limitBytes: MAX_SESSION_RESULT_BYTES });
  }

  /** Keeps the result of a write that is above the floor. */
  keep(sequence: number, result: Uint8Array): void {
    this.#results.set(sequence, result);
    this.#largeBytes += largeBytesOf(result);
  }

  #forget(sequence: number): void {
    const result = this.#results.get(sequence);
    if (result === undefined) return;
    this.#results.delete(sequence);
    this.#largeBytes -= largeBytesOf(result);
  }
}

const largeBytesOf = ({ length }: Uint8Array): number => (length > SMALL_RESULT_BYTES ? length : 0);
