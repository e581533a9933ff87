import type { LogIndex } from '../types.ts';
import type { EntryClock } from './entry-clock.ts';
import type { LeaderMessage } from './messages.ts';
import { noopProposal, type Proposal } from './proposals.ts';

type Of<Kind extends LeaderMessage['kind']> = Extract<LeaderMessage, { kind: Kind }>;

/** The no-op that brings the state machine the time when it wants to be told: one at a time, until that is applied. */
export class TimeMark {
  #last: Proposal | null = null;

  /** The no-op that is to be proposed now; null if it is not time yet, or the last one is still on its way. */
  proposalFor({ logTimeMs, lastApplied }: Of<'due'>, clock: Pick<EntryClock, 'hasReached'>): Proposal | null {
    if (this.#last !== null && !isApplied(this.#last, lastApplied)) return null;
    if (!clock.hasReached(logTimeMs)) return null;
    this.#last = noopProposal();
    return this.#last;
  }
}

/** Whether it has come to its end; that it is applied may not have been heard otherwise. */
const isApplied = ({ index, outcome }: Proposal, lastApplied: LogIndex): boolean =>
  outcome !== null || (index !== null && index <= lastApplied);
