import type { WriteStages } from '@quorate/raft';

/** So many slow writes are kept, for so long, after the rings have no more place for them. */
const maxKept = 64;
const keptForMs = 3_600_000;

interface SlowWrite {
  readonly durationMs: number;
  readonly settledAtMs: number;
  readonly stages: WriteStages;
}

/** The slowest writes of the last hour that the rings have no place for any more, slowest first. */
export class SlowWrites {
  #kept: SlowWrite[] = [];
  /** When the first of them goes. */
  #expiresAtMs = Number.POSITIVE_INFINITY;

  /** Whether a write that was settled then, and took so long, is to be kept. */
  wouldKeep(durationMs: number, settledAtMs: number): boolean {
    const least = this.#kept[maxKept - 1];
    return least === undefined || durationMs > least.durationMs || settledAtMs > this.#expiresAtMs;
  }

  /** How long the slowest that is kept took; 0 if none is. */
  get longestMs(): number {
    return this.#kept[0]?.durationMs ?? 0;
  }

  /** Keeps a write. */
  keep(slow: SlowWrite): void {
    const oldestMs = slow.settledAtMs - keptForMs;
    const others = this.#kept.filter(({ settledAtMs }) => settledAtMs > oldestMs);
    this.#kept = [...others, slow].sort((a, b) => b.durationMs - a.durationMs).slice(0, maxKept);
    this.#expiresAtMs = Math.min(...this.#kept.map((kept) => kept.settledAtMs)) + keptForMs;
  }

  /** What is kept of an entry. */
  find(index: number): WriteStages | null {
    return this.#kept.find(({ stages }) => stages.index === index)?.stages ?? null;
  }

  /** What is kept at that time, and not older than it may be. */
  keptAt(nowMs: number): readonly SlowWrite[] {
    return this.#kept.filter(({ settledAtMs }) => settledAtMs > nowMs - keptForMs);
  }
}
