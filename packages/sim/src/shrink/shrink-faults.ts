import type { Fault } from '../faults/fault.ts';
import { softened } from './soften.ts';

/** Whether a run with these faults fails as the first one did. */
export type StillFails = (faults: readonly Fault[]) => boolean;

/**
 * Looks for fewer, milder and earlier faults that still do: leaves out ever smaller pieces of the list (delta debugging), takes from each
 * fault what it can do without, and moves what is left towards the beginning; and all of it again, as long as that makes anything less. What
 * has become milder can often be left out after all. `stillFails` ends the search by answering no to everything.
 */
export function shrinkFaults(faults: readonly Fault[], stillFails: StillFails): readonly Fault[] {
  let kept = faults;
  for (;;) {
    const before = kept;
    kept = earlier(milder(fewer(kept, stillFails), stillFails), stillFails);
    if (kept === before) return kept;
  }
}

function fewer(faults: readonly Fault[], stillFails: StillFails): readonly Fault[] {
  let kept = faults;
  for (let size = kept.length; size >= 1; size = Math.floor(size / 2)) {
    // From the end: what came last is least likely to have had a part in it, and most of a run stays as it was without it.
    for (let end = kept.length; end > 0; end -= size) {
      const candidate = [...kept.slice(0, Math.max(0, end - size)), ...kept.slice(end)];
      if (stillFails(candidate)) kept = candidate;
    }
  }
  return kept;
}

function milder(faults: readonly Fault[], stillFails: StillFails): readonly Fault[] {
  let kept = faults;
  for (let place = 0; place < kept.length; place += 1) {
    const fault = kept[place];
    if (fault === undefined) continue;
    for (const soft of softened(fault)) {
      const candidate = kept.with(place, soft(kept[place] ?? fault));
      if (candidate[place] !== kept[place] && stillFails(candidate)) kept = candidate;
    }
  }
  return kept;
}

/** The same sooner, so that fewer steps come before. */
function earlier(faults: readonly Fault[], stillFails: StillFails): readonly Fault[] {
  let kept = faults;
  for (;;) {
    const startMs = Math.min(...kept.map(({ atMs }) => atMs));
    const candidate = kept.map((fault) => ({ ...fault, atMs: fault.atMs - Math.floor(startMs / 2) }));
    if (kept.length === 0 || startMs < 2 || !stillFails(candidate)) return kept;
    kept = candidate;
  }
}
