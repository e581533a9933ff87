import type { Sender } from '@quorate/actor';
import { type LogState, raftParts, replicatorAt } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class SnapshotDesk extends raftParts.SnapshotDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override installSnapshot(message: MessageOfKind<'installSnapshot'>, from: Sender): void {
    super.installSnapshot(message, from);
    const state = this.#state;
    const { record, sequence, term } = message;
    if (term !== state.currentTerm || record.index > state.commitIndex) return;
    const { incarnation } = from;
    const answer = { term, incarnation, sequence, id: record.id, nextOffset: record.bytes } as const;
    const to = replicatorAt(state.placeOf(from), state.identity.node);
    state.sendWhenTermFlushed(to, { kind: 'installSnapshotReply', ...answer });
  }
}

/** See `breaks`. */
export const repeatedChunkAcknowledgedBeforeFlush: PlantedBug = {
  name: 'repeated-chunk-acknowledged-before-flush',
  breaks:
    'A chunk that comes again while its snapshot is being installed is answered at once, before the record of it is on disk.',
  reference: 'Raft figure 2, persistent state; rule 10: then the acknowledgement; docs/FOUND.md',
  plant: { parts: { SnapshotDesk } },
};
