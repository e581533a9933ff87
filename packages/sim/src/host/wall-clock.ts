import type { RandomStream } from './random-stream.ts';

/** When virtual time begins, in milliseconds since the epoch. */
export const simulationEpochMs = 1_700_000_000_000;

/** Real time at that virtual time, in milliseconds since the epoch: what a wall clock that is right would show. */
export const realTimeMs = (virtualUs: number): number => simulationEpochMs + virtualUs / 1000;

/** The wall clock of one node. It is off by something, runs a little fast or slow, and may jump either way. */
export class WallClock {
  readonly #rate: number;
  #offsetMs: number;
  #mostSetMs: number;
  #stoodStillMs = 0;

  constructor(rate: number, offsetMs: number) {
    this.#rate = rate;
    this.#offsetMs = offsetMs;
    this.#mostSetMs = Math.abs(offsetMs);
  }

  /** What it shows at that virtual time, in milliseconds since the epoch. */
  at(virtualUs: number): number {
    return simulationEpochMs + this.#offsetMs + (virtualUs / 1000) * this.#rate;
  }

  /** How far it is from real time, in milliseconds. */
  offsetMs(virtualUs: number): number {
    return this.at(virtualUs) - realTimeMs(virtualUs);
  }

  /** How far it was ever set from real time, in milliseconds; what comes by its rate is not counted. */
  get mostSetMs(): number {
    return this.#mostSetMs;
  }

  jump(byMs: number): void {
    this.#offsetMs += byMs;
    this.#mostSetMs = Math.max(this.#mostSetMs, Math.abs(this.#offsetMs));
  }

  /** How long it stood still in all, in milliseconds. */
  get stoodStillMs(): number {
    return this.#stoodStillMs;
  }

  /** The machine was suspended for so long, and this clock with it. */
  stoodStill(virtualUs: number): void {
    this.#stoodStillMs += virtualUs / 1000;
    this.jump((-virtualUs / 1000) * this.#rate);
  }
}

const hourMs = 3_600_000;

/** A wall clock as machines have them: most are kept right by NTP to some milliseconds, and a few are not. It keeps time with the monotonic clock of its machine, since both are one oscillator's. */
export function drawWallClock(random: RandomStream, monotonicRate: number): WallClock {
  const mostMs = random.chance(0.15) ? hourMs : 20;
  return new WallClock(monotonicRate * (1 + random.between(-1e-4, 1e-4)), random.between(-mostMs, mostMs));
}
