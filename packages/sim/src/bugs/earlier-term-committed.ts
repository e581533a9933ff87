import { type LogState, type LogStoreMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Grant extends raftParts.Grant {
  override mayCommit(): boolean {
    return true;
  }
}

/** The log store does not look either. */
class LeaderDesk extends raftParts.LeaderDesk {
  readonly #state: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#state = state;
  }

  override commit(message: Extract<LogStoreMessage, { kind: 'commit' }>): void {
    if (this.#state.leadership?.token === message.token) this.#state.raiseCommitIndex(message.commitIndex);
  }
}

/** One of the planted bugs. */
export const earlierTermCommitted: PlantedBug = {
  name: 'earlier-term-committed',
  breaks: 'A leader commits entries of an earlier term by counting replicas, before one of its own.',
  reference: 'Raft §5.4.2 and figure 8; etcd-io/raft, raft_paper_test.go',
  plant: { parts: { Grant, LeaderDesk } },
};
