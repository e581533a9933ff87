import { raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Snapshots extends raftParts.Snapshots {
  readonly #files: ConstructorParameters<typeof raftParts.Snapshots>[0]['files'];

  constructor(options: ConstructorParameters<typeof raftParts.Snapshots>[0]) {
    super(options);
    this.#files = options.files;
  }

  override snapshotTaken(message: MessageOfKind<'snapshotTaken'>): void {
    this.#files.keepOnly([message.record.id]);
    super.snapshotTaken(message);
  }
}

/** See `breaks`. */
export const snapshotRemovedBeforeSuccessor: PlantedBug = {
  name: 'snapshot-removed-before-successor',
  breaks: 'The file of a snapshot goes when the next is written, before the log has a record of that.',
  reference: 'Rule 10: kept until its successor is complete; Raft §7',
  plant: { parts: { Snapshots } },
};
