/** What another node's clocks showed at some moment between two of this node's monotonic clock: when it was asked, and when its answer was here. */
export interface ClockReading {
  readonly askedAtMs: number;
  readonly heardAtMs: number;
  /** The life of the other node that its monotonic clock counts in. */
  readonly incarnation: number;
  readonly clockMs: number;
  readonly wallMs: number;
}

/** A value that lies between two. */
export interface Interval {
  readonly least: number;
  readonly most: number;
}

/** Of the readings of so long a time one is kept. */
const spanMs = 1000;

/** So many spans are looked back on: drift is measured over them. */
const keptSpans = 10;

/**
 * The clocks of one peer, as far as its answers tell. Each reading bounds them from both sides, and of the readings of a second
 * the one with the shortest round trip says most (the clock filter of NTP, RFC 5905 §10): a slow network widens the bounds, and never makes them wrong.
 */
export class PeerClock {
  /** Of the present span, which began then. */
  #best: ClockReading | null = null;
  #spanFromMs = Number.NEGATIVE_INFINITY;
  /** The best of the spans before, oldest first. */
  readonly #before: ClockReading[] = [];

  /** The peer has answered. */
  observe(reading: ClockReading): void {
    const best = this.#best;
    const isSameLife = best?.incarnation === reading.incarnation;
    if (isSameLife && reading.heardAtMs < this.#spanFromMs + spanMs) {
      if (saysMore(reading, best)) this.#best = reading;
      return;
    }
    if (isSameLife) this.#keep(best);
    else this.#before.length = 0;
    this.#best = reading;
    this.#spanFromMs = reading.heardAtMs;
  }

  /** Whether the peer's clock was read since then. */
  isKnownSince(sinceMs: number): boolean {
    return this.#best !== null && this.#best.heardAtMs >= sinceMs;
  }

  /** How far its wall clock is ahead of this node's monotonic clock; null until it was read. */
  get wallAheadMs(): Interval | null {
    return this.#best === null ? null : wallAheadOf(this.#best);
  }

  /** How fast its monotonic clock runs by this node's, over ten seconds; null until that is known. */
  get rate(): Interval | null {
    return this.#rateSince(this.#before[0]);
  }

  /** The same over the last second or two, and so sooner, and less exactly. */
  get recentRate(): Interval | null {
    return this.#rateSince(this.#before.at(-1));
  }

  #keep(reading: ClockReading): void {
    this.#before.push(reading);
    if (this.#before.length > keptSpans) this.#before.shift();
  }

  #rateSince(before: ClockReading | undefined): Interval | null {
    if (before === undefined || this.#best === null) return null;
    const leastMs = this.#best.askedAtMs - before.heardAtMs;
    if (leastMs <= 0) return null;
    const passedMs = this.#best.clockMs - before.clockMs;
    return { least: passedMs / (this.#best.heardAtMs - before.askedAtMs), most: passedMs / leastMs };
  }
}

/** It bounds the clock more narrowly, or the clock has been set since. */
function saysMore(reading: ClockReading, best: ClockReading): boolean {
  if (roundTripOf(reading) <= roundTripOf(best)) return true;
  const [newer, older] = [wallAheadOf(reading), wallAheadOf(best)];
  return newer.least > older.most || newer.most < older.least;
}

const roundTripOf = ({ askedAtMs, heardAtMs }: ClockReading): number => heardAtMs - askedAtMs;

const wallAheadOf = ({ wallMs, askedAtMs, heardAtMs }: ClockReading): Interval => ({
  least: wallMs - heardAtMs,
  most: wallMs - askedAtMs,
});
