import { defaultRaftSettings } from '@quorate/raft';
import type { RandomStream } from '../host/random-stream.ts';
import type { Fault, Victim } from './fault.ts';
import { drawMoments, type FaultWindow } from './moments.ts';

/** What befalls the clocks of machines beyond drift and jumps ahead. */
export type ClockFault = Extract<Fault, { kind: 'wallJump' | 'suspend' | 'clockRate' }>;

const hourMs = 3_600_000;
/** So many times too fast a monotonic clock may run. */
const fastestFactor = 2.5;

/** What may happen to the clocks of a run's machines beyond drift. */
export interface ClockFaultsOptions {
  readonly nodes: number;
  readonly window: FaultWindow;
  /** How long leases last; 0 if there are none. Where there are, no machine may stop both its clocks: nobody could tell. */
  readonly leaseMs: number;
}

/** Draws when wall clocks are set in a run, by milliseconds or by an hour, and when machines are suspended. Nothing of it in most runs. */
export function drawClockFaults(
  random: RandomStream,
  { nodes, window, leaseMs }: ClockFaultsOptions,
): readonly Fault[] {
  const hasLeases = leaseMs > 0;
  if (!random.chance(0.4)) return [];
  const momentOf = drawMoments(random, window);
  const times = (chance: number, most: number): number => (random.chance(chance) ? 1 + random.below(most) : 0);
  const victimOf = (): Victim => (random.chance(0.1) ? 'all' : random.chance(0.5) ? 'leader' : random.below(nodes));
  const jumps = Array.from({ length: times(0.6, 12) }, (): Fault => {
    const byMs = random.chance(0.5)
      ? random.between(-hourMs, hourMs)
      : random.between(-1, 1) * 10 ** random.between(0, 4);
    return { kind: 'wallJump', atMs: Math.floor(momentOf()), victim: victimOf(), byMs };
  });
  const suspensions = Array.from({ length: times(0.4, 6) }, (): Fault => {
    const stopsWallClock = !hasLeases && random.chance(0.3);
    const durationMs = 10 ** random.between(1, 3.5);
    return { kind: 'suspend', atMs: Math.floor(momentOf()), durationMs, victim: victimOf(), stopsWallClock };
  });
  // Until it is noticed, what protects a heard leader has to last longer than the leases, also where time runs so fast.
  const isNoticedInTime = leaseMs * fastestFactor < defaultRaftSettings.electionTimeoutMinMs;
  const rates = Array.from({ length: hasLeases && isNoticedInTime ? times(0.3, 3) : 0 }, (): Fault => {
    const factor = random.chance(0.5) ? random.between(1.5, fastestFactor) : random.between(0.4, 0.65);
    const durationMs = random.between(4000, 15_000);
    return { kind: 'clockRate', atMs: Math.floor(momentOf()), durationMs, victim: random.below(nodes), factor };
  });
  return [...jumps, ...suspensions, ...rates];
}
