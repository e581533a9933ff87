import type { History } from '../history.ts';
import { type Chain, chainsOf } from './chain.ts';
import { type Contradiction, contradiction, type SeenStates } from './seen-states.ts';
import { timesOf } from './times.ts';

/** When a chain has to be there: it cannot begin later than `from`, nor end before `to`. If `to` is not later it may all happen at one moment between the two. */
interface Zone {
  readonly from: number;
  readonly to: number;
  readonly operations: readonly number[];
}

/**
 * Whether the states that only one operation can have made leave room for each other, after Gibbons and Korach ("Testing shared memories", 1997): a chain
 * of them that cannot happen at one moment takes up all the time between the first return and the last call in it, and no other
 * chain, and no other change, has a place there. Null if there is room for all.
 */
export function findZoneConflict(history: History<unknown, unknown>, seen: SeenStates): Contradiction | null {
  const chains = chainsOf(seen);
  if ('kind' in chains) return chains;
  const zones: Zone[] = [];
  for (const chain of chains) {
    const zone = zoneOf(history, chain);
    if ('kind' in zone) return zone;
    zones.push(zone);
  }
  for (const place of seen.loose) {
    const { calledAt, returnedAt } = timesOf(history, place);
    zones.push({ from: returnedAt, to: calledAt, operations: [place] });
  }
  return conflictAmong(zones);
}

/** Lets the operations of a chain take effect one after the other, each as early as it can. */
function zoneOf(history: History<unknown, unknown>, chain: Chain): Zone | Contradiction {
  const operations: number[] = [];
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  /** Takes effect at `at` or later; null if it has returned by then. */
  const placed = (place: number, at: number): number | null => {
    const { calledAt, returnedAt } = timesOf(history, place);
    operations.push(place);
    from = Math.min(from, returnedAt);
    const earliest = Math.max(at, calledAt);
    return earliest <= returnedAt ? earliest : null;
  };
  for (const [writer, { readers }] of chain) {
    const written = placed(writer, to);
    if (written === null) return contradiction(operations);
    to = written;
    for (const reader of readers) {
      const read = placed(reader, written);
      if (read === null) return contradiction(operations);
      to = Math.max(to, read);
    }
  }
  return { from, to, operations };
}

function conflictAmong(zones: readonly Zone[]): Contradiction | null {
  const lasting = zones.filter(({ from, to }) => from < to).sort((one, other) => one.from - other.from);
  for (const [place, zone] of lasting.entries()) {
    const before = lasting[place - 1];
    if (before !== undefined && before.to > zone.from) return both(before, zone);
  }
  for (const momentary of zones) {
    if (momentary.from < momentary.to) continue;
    // The moment may be any from `to` until `from`, and all of them may be taken up by one zone.
    const around = lastBeginningBefore(lasting, momentary.to);
    if (around !== undefined && momentary.from < around.to) return both(around, momentary);
  }
  return null;
}

const both = (one: Zone, other: Zone): Contradiction => contradiction([...one.operations, ...other.operations]);

function lastBeginningBefore(sorted: readonly Zone[], at: number): Zone | undefined {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.from ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return sorted[low - 1];
}
