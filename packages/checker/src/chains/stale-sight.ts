import type { History } from '../history.ts';
import { type Contradiction, contradiction, type SeenStates, type SharedState } from './seen-states.ts';
import { type Times, timesOf } from './times.ts';

interface Change extends Times {
  readonly place: number;
}

/**
 * Finds somebody who saw a state that nobody can have made by then, or that was certainly changed since: a change was made after all that can have
 * made it, and before the look. Null if there is none.
 */
export function findStaleSight(
  history: History<unknown, unknown>,
  { states, loose, shared }: SeenStates,
): Contradiction | null {
  const changes = [...loose, ...states.keys()]
    .map((place): Change => ({ place, ...timesOf(history, place) }))
    .filter(({ returnedAt }) => Number.isFinite(returnedAt))
    .sort((one, other) => one.returnedAt - other.returnedAt);
  for (const state of shared) {
    const stale = staleSightOf(history, state, changes);
    if (stale !== null) return stale;
  }
  return null;
}

function staleSightOf(
  history: History<unknown, unknown>,
  { writers, readers }: SharedState,
  changes: readonly Change[],
): Contradiction | null {
  const made = writers
    .map((place): Change => ({ place, ...timesOf(history, place) }))
    .sort((one, other) => one.calledAt - other.calledAt);
  const lastMade = latestSoFar(made, ({ returnedAt }) => returnedAt);
  const makes = new Set(writers);
  const away = changes.filter(({ place }) => !makes.has(place));
  const lastAway = latestSoFar(away, ({ calledAt }) => calledAt);
  for (const reader of readers) {
    const { calledAt, returnedAt } = timesOf(history, reader);
    const maker = lastMade[countUpTo(made, ({ calledAt: at }) => at <= returnedAt) - 1];
    if (maker === undefined) return contradiction([reader]);
    const change = lastAway[countUpTo(away, ({ returnedAt: at }) => at < calledAt) - 1];
    if (change !== undefined && change.calledAt > maker.returnedAt) return contradiction([change.place, reader]);
  }
  return null;
}

/** By place, the one up to there that is the latest. */
function latestSoFar(changes: readonly Change[], at: (change: Change) => number): readonly Change[] {
  let latest = changes[0];
  return changes.map((change) => {
    if (latest === undefined || at(change) > at(latest)) latest = change;
    return latest;
  });
}

/** How many of them hold, in an order in which the first do. */
function countUpTo(changes: readonly Change[], holds: (change: Change) => boolean): number {
  let low = 0;
  let high = changes.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const change = changes[middle];
    if (change !== undefined && holds(change)) low = middle + 1;
    else high = middle;
  }
  return low;
}
