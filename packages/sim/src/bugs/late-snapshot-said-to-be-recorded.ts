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
    const { record } = message;
    const { commitIndex, durability, storage, context } = this.#state;
    if (record.index > commitIndex) return super.snapshotReceived(message);
    durability.afterWrite(storage.written, () => {
      context.send(applierAt(context.self), { kind: 'snapshotRecorded', record });
    });
  }
}

/** See `breaks`. */
export const lateSnapshotSaidToBeRecorded: PlantedBug = {
  name: 'late-snapshot-said-to-be-recorded',
  breaks: 'A snapshot that is late gets no record, and is said to have one: the file that the record names goes.',
  reference: 'Rule 10: kept until its successor is complete; docs/FOUND.md',
  plant: { parts: { SnapshotDesk } },
};
