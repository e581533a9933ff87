import type { RandomStream } from '../host/random-stream.ts';

/** When faults may begin, and when all must be over. */
export interface FaultWindow {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** When a fault begins: any time, or in some runs most of them close together, so that they meet. */
export function drawMoments(random: RandomStream, { fromMs, untilMs }: FaultWindow): () => number {
  const anyTime = (): number => random.between(fromMs, untilMs);
  if (random.chance(0.4)) return anyTime;
  const centers = Array.from({ length: 1 + random.below(4) }, anyTime);
  return () => {
    if (random.chance(0.2)) return anyTime();
    return Math.min(untilMs, Math.max(fromMs, random.pick(centers) + random.between(-600, 1200)));
  };
}
