import type { LogIndex } from '../types.ts';

/** A snapshot that somebody waits for. */
interface SnapshotRequest {
  /** What it has to cover; null until all up to `atIndex` is applied. */
  index: LogIndex | null;
  readonly atIndex: LogIndex;
  /** Whether there was such a snapshot before it was asked for. */
  isCovered: boolean;
  isAnswered: boolean;
  askedAtMs: number;
}

/** How far the applier has come, and its snapshots. */
export interface SnapshotProgress {
  readonly lastApplied: LogIndex;
  /** The index of the newest snapshot that the log has a record of; 0 if there is none. */
  readonly newestIndex: LogIndex;
}

/**
 * What the gateway wants snapshots for. It asks again while it waits, so that a lost answer costs time only: the same request keeps the
 * index that it was given first, and leads to no second snapshot. One that is not asked for any more is forgotten.
 */
export class SnapshotRequests {
  readonly #requests = new Map<number, SnapshotRequest>();
  readonly #forgetAfterMs: number;

  constructor(forgetAfterMs: number) {
    this.#forgetAfterMs = forgetAfterMs;
  }

  /** It is asked for, perhaps again. */
  asked(request: number, atIndex: LogIndex, nowMs: number): void {
    for (const [id, { askedAtMs }] of this.#requests) {
      if (nowMs - askedAtMs > this.#forgetAfterMs) this.#requests.delete(id);
    }
    const known = this.#requests.get(request);
    if (known === undefined) {
      this.#requests.set(request, { index: null, atIndex, isCovered: false, isAnswered: false, askedAtMs: nowMs });
    } else {
      known.askedAtMs = nowMs;
      known.isAnswered = false;
    }
  }

  /** The requests that can be answered with the newest snapshot, each once until it is asked again, and whether it was there before. */
  takeCovered(progress: SnapshotProgress): readonly { readonly request: number; readonly isNew: boolean }[] {
    const covered: { readonly request: number; readonly isNew: boolean }[] = [];
    for (const [request, one] of this.#requests) {
      this.#place(one, progress);
      if (one.isAnswered || one.index === null || one.index > progress.newestIndex) continue;
      one.isAnswered = true;
      covered.push({ request, isNew: !one.isCovered });
    }
    return covered;
  }

  /** What the next snapshot has to cover, or null if nobody waits for one. */
  get missingIndex(): LogIndex | null {
    let missing: LogIndex | null = null;
    for (const { index, isAnswered } of this.#requests.values()) {
      if (!isAnswered && index !== null && (missing === null || index < missing)) missing = index;
    }
    return missing;
  }

  /** No snapshot could be taken: those who wait for one, which are forgotten. */
  takeWaiting(): readonly number[] {
    const waiting = [...this.#requests].filter(([, { index, isAnswered }]) => !isAnswered && index !== null);
    for (const [request] of waiting) this.#requests.delete(request);
    return waiting.map(([request]) => request);
  }

  #place(one: SnapshotRequest, { lastApplied, newestIndex }: SnapshotProgress): void {
    if (one.index !== null || lastApplied === 0 || lastApplied < one.atIndex) return;
    one.index = lastApplied;
    one.isCovered = newestIndex >= lastApplied;
  }
}
