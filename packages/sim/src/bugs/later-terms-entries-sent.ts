import { type LogState, logIndex, raftParts, replicatorAt } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class LeaderDesk extends raftParts.LeaderDesk {
  readonly #state: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#state = state;
  }

  override prepareAppend(message: MessageOfKind<'prepareAppend'>): void {
    const { leadership, storage, context, commitIndex, lastLogIndex } = this.#state;
    if (leadership?.token === message.token) return super.prepareAppend(message);
    const prevLogIndex = logIndex(Math.min(message.nextIndex - 1, lastLogIndex));
    const prevLogTerm = storage.termAt(prevLogIndex);
    if (prevLogTerm === null) return;
    const entries = message.maxEntries === 0 ? [] : storage.read(logIndex(prevLogIndex + 1), message);
    const { token, sequence } = message;
    context.send(replicatorAt(context.self, message.peer), {
      kind: 'appendPrepared',
      token,
      sequence,
      prevLogIndex,
      prevLogTerm,
      entries,
      leaderCommit: commitIndex,
    });
  }
}

class FollowerDesk extends raftParts.FollowerDesk {
  protected override isConsistent(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const laterTermsEntriesSent: PlantedBug = {
  name: 'later-terms-entries-sent',
  breaks:
    "A deposed leader's replicator goes on reading the log, and sends its successor's entries in its own term; nobody refuses them.",
  reference: 'Rule 3; openraft, io_ordering.md',
  plant: { parts: { LeaderDesk, FollowerDesk } },
};
