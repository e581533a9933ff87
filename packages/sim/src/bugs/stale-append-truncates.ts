import { type AppendVerdict, type LogState, logIndex, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  protected override verify(message: MessageOfKind<'appendEntries'>): AppendVerdict {
    const verdict = super.verify(message);
    const end = message.prevLogIndex + message.entries.length;
    const isLonger = this.#state.lastLogIndex > end && message.entries.length > 0;
    if (verdict.kind === 'conflict' || verdict.truncateFrom !== null || !isLonger) return verdict;
    return { ...verdict, truncateFrom: logIndex(end + 1) };
  }
}

/** One of the planted bugs. */
export const staleAppendTruncates: PlantedBug = {
  name: 'stale-append-truncates',
  breaks: "What follows an append's entries in the log is cut off, also if the append is merely late.",
  reference: 'CCF#5991; willemt/raft#118; Raft figure 2, AppendEntries, receiver step 3',
  plant: { parts: { FollowerDesk } },
};
