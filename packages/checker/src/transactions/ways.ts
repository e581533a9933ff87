import type { RevisionComparison, TransactionOperation } from './transaction.ts';

/** A write that a transaction may make, and what must have held then. */
export interface PossibleWrite {
  readonly key: string;
  /** Null: it removes the key. */
  readonly value: string | null;
}

/** One of the ways that a transaction may take, those of the transactions in it chosen as well. */
export interface Way {
  /** All that held, if it was taken. */
  readonly held: readonly RevisionComparison[];
  readonly writes: readonly PossibleWrite[];
}

/** More are not told apart. */
const maxWays = 16;

/** The ways that a transaction may have taken of which nobody was told; null if there are too many to tell them apart. */
export function waysOf({ compare, then, else: otherwise }: TransactionOperation): readonly Way[] | null {
  const taken = waysAlong(then, { held: compare, writes: [] });
  const other = waysAlong(otherwise, { held: [], writes: [] });
  return taken === null || other === null || taken.length + other.length > maxWays ? null : [...taken, ...other];
}

function waysAlong(steps: TransactionOperation['then'], from: Way): readonly Way[] | null {
  let ways: readonly Way[] = [from];
  for (const step of steps) {
    if (step.kind === 'get') continue;
    const further =
      step.kind === 'txn'
        ? waysOf(step)
        : [{ held: [], writes: [{ key: step.key, value: step.kind === 'put' ? step.value : null }] }];
    if (further === null || ways.length * further.length > maxWays) return null;
    ways = ways.flatMap((way) => further.map((next) => joined(way, next)));
  }
  return ways;
}

const joined = (one: Way, next: Way): Way => ({
  held: [...one.held, ...next.held],
  writes: [...one.writes, ...next.writes],
});
