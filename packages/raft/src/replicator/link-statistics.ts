import { SlidingWindow } from '../sliding-window.ts';

/** What a leader has measured of the road to a peer, and of the peer's disk. Null: not yet. */
export interface LinkMeasurements {
  /** Of a heartbeat, on average. */
  readonly roundTripMs: number | null;
  /** What the road takes when nothing stands in the way: the least of the newest round trips. */
  readonly leastRoundTripMs: number | null;
  /** The share of heartbeats that were not answered in time, 0 to 1, though the peer was there. */
  readonly loss: number | null;
  /** How long entries take to reach the peer's disk, beyond the round trip. */
  readonly flushMs: number | null;
}

/** Of a link that nothing has come over yet. */
export const unmeasured: LinkMeasurements = { roundTripMs: null, leastRoundTripMs: null, loss: null, flushMs: null };

/** Over so many heartbeats loss is counted, and round trips and flushes are averaged. */
const windowSize = 64;
/** Among so many the least round trip is looked for: a road that has become longer is noticed after them. */
const leastOf = 16;
/** A heartbeat that is unanswered after so many of the least round trips, and after so long at least, is lost, or held up as long. */
const lostAfterRoundTrips = 4;
const lostAfterLeastMs = 50;

/**
 * Round trip and loss of one link, over a sliding window, from the heartbeats that flow anyway: each is answered at once. O(1) for each
 * message.
 */
export class LinkStatistics {
  readonly #roundTrips = new SlidingWindow(windowSize);
  readonly #newest = new SlidingWindow(leastOf);
  readonly #losses = new SlidingWindow(windowSize);
  readonly #flushes = new SlidingWindow(windowSize);
  /** When heartbeats were sent that are not answered, by sequence, oldest first. */
  readonly #unanswered = new Map<number, number>();
  #heardAtMs: number;
  /** When the peer was heard again after its last outage. */
  #backAtMs: number;

  constructor(nowMs: number) {
    // Nothing is lost yet: the first that is shall not weigh more than any other.
    for (let beat = 0; beat < windowSize; beat += 1) this.#losses.add(0);
    this.#heardAtMs = nowMs;
    this.#backAtMs = nowMs;
  }

  /** A heartbeat goes out. */
  sent(sequence: number, nowMs: number): void {
    this.#unanswered.set(sequence, nowMs);
    for (const oldest of this.#unanswered.keys()) {
      if (this.#unanswered.size <= windowSize) return;
      this.#unanswered.delete(oldest);
    }
  }

  /**
   * The peer has said something, which answers that heartbeat if it is one. Loss is counted now, and not as time passes: a peer that says nothing
   * at all is gone, and its link is no worse than it was. So what was sent into a silence longer than `outageMs`, an
   * election timeout, counts for nothing.
   */
  heard(sequence: number, nowMs: number, outageMs: number): void {
    const silentMs = nowMs - this.#heardAtMs;
    this.#heardAtMs = nowMs;
    if (silentMs > outageMs) {
      this.#backAtMs = nowMs;
      return this.#unanswered.clear();
    }
    const sentAtMs = this.#unanswered.get(sequence);
    if (sentAtMs !== undefined) {
      this.#unanswered.delete(sequence);
      this.#roundTrips.add(nowMs - sentAtMs);
      this.#newest.add(nowMs - sentAtMs);
      this.#losses.add(0);
    }
    this.#countLost(sequence, nowMs);
  }

  /** Entries that were sent then are on the peer's disk. What waited for the peer to come back says nothing of its disk. */
  acknowledged(sentAtMs: number, nowMs: number): void {
    if (sentAtMs < this.#backAtMs) return;
    this.#flushes.add(Math.max(0, nowMs - sentAtMs - (this.#newest.least ?? 0)));
  }

  get measurements(): LinkMeasurements {
    return {
      roundTripMs: this.#roundTrips.mean,
      leastRoundTripMs: this.#newest.least,
      loss: this.#roundTrips.count === 0 ? null : this.#losses.mean,
      flushMs: this.#flushes.mean,
    };
  }

  /** What went out before the one that was answered, and so long ago that nothing can have overtaken it. */
  #countLost(answered: number, nowMs: number): void {
    const lostAfterMs = Math.max(lostAfterLeastMs, lostAfterRoundTrips * (this.#newest.least ?? 0));
    for (const [sequence, sentAtMs] of this.#unanswered) {
      if (sequence > answered || nowMs - sentAtMs < lostAfterMs) return;
      this.#unanswered.delete(sequence);
      this.#losses.add(1);
    }
  }
}
