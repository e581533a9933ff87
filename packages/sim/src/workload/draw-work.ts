import type { RandomStream } from '../host/random-stream.ts';

/** What there is in a run beside plain reads, writes and compare-and-sets. */
export interface Work {
  /** Clients send transactions in the place of some compare-and-sets. */
  readonly transactions: boolean;
  /** Who is there beside the clients. Not both: what the end of a lease changes is no command's, and the history that watchers are held against has commands alone. */
  readonly others: 'leaseHolders' | 'watchers' | null;
  /** Nodes compare their states; `astray`: and somebody alters that of one. */
  readonly stateChecks: 'equal' | 'astray' | null;
}

/** Draws it: each is met with and without the others, and many runs have nothing of it. That somebody alters a state is drawn for nobody: it may be handed on in a snapshot, and then the quorum may be what is wrong. */
export function drawWork(random: RandomStream): Work {
  const transactions = random.chance(0.5);
  const others = random.pick(['leaseHolders', 'watchers', 'watchers', null, null] as const);
  const stateChecks = random.chance(0.3) ? 'equal' : null;
  return { transactions, others, stateChecks };
}
