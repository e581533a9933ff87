import type { LoadRecorder } from './load-recorder.ts';

/** How far a load is. */
export interface LoadProgress {
  readonly isWarmingUp: boolean;
  /** Of the warm-up, or of what is measured after it. */
  readonly elapsedMs: number;
  /** How many were answered in a second, of late. */
  readonly perSecond: number;
  /** How many have failed so far. */
  readonly failed: number;
}

const everyMs = 500;

/** Tells how far a load is, twice a second, until the answer is called. */
export function tellProgress(
  recorder: LoadRecorder,
  warmUpMs: number,
  tell: (progress: LoadProgress) => void,
): () => void {
  const startMs = performance.now();
  let before = { atMs: startMs, answered: 0 };
  const timer = setInterval(() => {
    const now = { atMs: performance.now(), answered: recorder.answeredInAll };
    const elapsedMs = now.atMs - startMs;
    const isWarmingUp = elapsedMs < warmUpMs;
    tell({
      isWarmingUp,
      elapsedMs: isWarmingUp ? elapsedMs : elapsedMs - warmUpMs,
      perSecond: ((now.answered - before.answered) * 1_000) / (now.atMs - before.atMs),
      failed: recorder.failedInAll,
    });
    before = now;
  }, everyMs);
  return () => clearInterval(timer);
}
