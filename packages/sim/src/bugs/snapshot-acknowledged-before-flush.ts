import { applierAt, type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class SnapshotDesk extends raftParts.SnapshotDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override snapshotReceived(message: MessageOfKind<'snapshotReceived'>): void {
    super.snapshotReceived(message);
    const { context } = this.#state;
    context.send(applierAt(context.self), { kind: 'snapshotRecorded', record: message.record });
  }
}

/** See `breaks`. */
export const snapshotAcknowledgedBeforeFlush: PlantedBug = {
  name: 'snapshot-acknowledged-before-flush',
  breaks: 'A snapshot of a leader is acknowledged when its record is staged, before the flush.',
  reference: 'Raft figure 2, persistent state; rule 10: then the acknowledgement',
  plant: { parts: { SnapshotDesk } },
};
