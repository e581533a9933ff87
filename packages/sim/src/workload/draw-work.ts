import type { RandomStream } from '../host/random-stream.ts';

/** What there is in a run beside plain reads, writes and compare-and-sets. */
export interface Work {
  /** Clients send transactions in the place of some compare-and-sets. */
  readonly transactions: boolean;
  /** Some hold leases and a lock. */
  readonly leases: boolean;
  /** Somebody watches keys. */
  readonly watchers: boolean;
  /** Nodes compare their states; `astray`: and somebody alters that of one. */
  readonly stateChecks: 'equal' | 'astray' | null;
}

/** Draws it: every run has some of it or nothing, so that each is met with and without the others, and most runs stay quick. */
export function drawWork(random: RandomStream): Work {
  const transactions = random.chance(0.5);
  const leases = random.chance(0.25);
  const watchers = random.chance(0.4);
  const stateChecks = random.chance(0.3) ? random.pick(['equal', 'astray'] as const) : null;
  return { transactions, leases, watchers, stateChecks };
}
