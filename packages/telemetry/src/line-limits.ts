/** So many lines of a kind are written in so long, at most. */
const mostLines = 50;
const withinMs = 10_000;
/** Kinds are what is written in the code: there are not so many. */
const maxKinds = 2_000;

interface Kind {
  sinceMs: number;
  lines: number;
  withheld: number;
}

/** How often each kind of line may be written: whatever goes wrong again and again must neither fill a disk nor hide what else there is. */
export class LineLimits {
  readonly #now: () => number;
  readonly #kinds = new Map<string, Kind>();

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** How many lines of that kind were withheld since the last that was written; null if this one is withheld too. */
  take(kind: string): number | null {
    const nowMs = this.#now();
    const known = this.#kinds.get(kind);
    if (known === undefined) {
      if (this.#kinds.size < maxKinds) this.#kinds.set(kind, { sinceMs: nowMs, lines: 1, withheld: 0 });
      return 0;
    }
    if (nowMs - known.sinceMs >= withinMs) {
      known.sinceMs = nowMs;
      known.lines = 0;
    }
    known.lines += 1;
    if (known.lines > mostLines) {
      known.withheld += 1;
      return null;
    }
    const { withheld } = known;
    known.withheld = 0;
    return withheld;
  }
}
