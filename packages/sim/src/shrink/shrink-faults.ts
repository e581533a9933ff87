import type { Fault, MessageRates } from '../faults/fault.ts';

/** Whether a run with these faults fails as the first one did. */
export type StillFails = (faults: readonly Fault[]) => boolean;

const calm: MessageRates = { lost: 0, doubled: 0, late: 0 };

/**
 * Looks for fewer, milder and earlier faults that still do: leaves out ever smaller pieces of the list (delta debugging),
 * takes from each storm what it can do without, and moves what is left towards the beginning. It asks at most `maxRuns` times.
 */
export function shrinkFaults(faults: readonly Fault[], stillFails: StillFails, maxRuns: number): readonly Fault[] {
  let runs = 0;
  const tries: StillFails = (candidate) => {
    runs += 1;
    return runs <= maxRuns && stillFails(candidate);
  };
  return earlier(milder(fewer(faults, tries), tries), tries);
}

/** The same sooner, so that fewer steps come before. */
function earlier(faults: readonly Fault[], tries: StillFails): readonly Fault[] {
  let kept = faults;
  for (let times = 0; times < 12; times += 1) {
    const startMs = Math.min(...kept.map(({ atMs }) => atMs));
    const candidate = kept.map((fault) => ({ ...fault, atMs: fault.atMs - Math.floor(startMs / 2) }));
    if (kept.length === 0 || startMs < 2 || !tries(candidate)) return kept;
    kept = candidate;
  }
  return kept;
}

function fewer(faults: readonly Fault[], tries: StillFails): readonly Fault[] {
  let kept = faults;
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const candidate = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (tries(candidate)) kept = candidate;
      else from += size;
    }
  }
  return kept;
}

function milder(faults: readonly Fault[], tries: StillFails): readonly Fault[] {
  let kept = faults;
  for (let place = 0; place < kept.length; place += 1) {
    for (const soften of softenings) {
      const fault = kept[place];
      const soft = fault === undefined ? null : soften(fault);
      if (soft === null) continue;
      const candidate = kept.with(place, soft);
      if (tries(candidate)) kept = candidate;
    }
  }
  return kept;
}

/** Ways to make a fault milder; null if there is nothing to take away. */
const softenings: readonly ((fault: Fault) => Fault | null)[] = [
  (fault) => storm(fault, ({ within }) => !isCalm(within), { within: calm }),
  (fault) => storm(fault, ({ between }) => !isCalm(between), { between: calm }),
  (fault) => storm(fault, ({ clients }) => clients.lost + clients.late > 0, { clients: { lost: 0, late: 0 } }),
  (fault) => storm(fault, ({ reordered }) => reordered, { reordered: false }),
  (fault) => rates(fault, 'lost'),
  (fault) => rates(fault, 'doubled'),
  (fault) => rates(fault, 'late'),
  (fault) => ('durationMs' in fault && fault.durationMs > 20 ? { ...fault, durationMs: fault.durationMs / 2 } : null),
];

type Storm = Extract<Fault, { kind: 'storm' }>;

function storm(fault: Fault, applies: (storm: Storm) => boolean, change: Partial<Storm>): Fault | null {
  return fault.kind === 'storm' && applies(fault) ? { ...fault, ...change } : null;
}

function rates(fault: Fault, which: keyof MessageRates): Fault | null {
  if (fault.kind !== 'storm' || fault.between[which] + fault.within[which] === 0) return null;
  return { ...fault, between: { ...fault.between, [which]: 0 }, within: { ...fault.within, [which]: 0 } };
}

const isCalm = ({ lost, doubled, late }: MessageRates): boolean => lost + doubled + late === 0;
