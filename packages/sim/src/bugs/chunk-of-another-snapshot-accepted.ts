import type { Sender } from '@quorate/actor';
import { type ReplicatorMessage, raftParts } from '@quorate/raft';
import { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { PlantedBug } from './plant.ts';

class Replicator extends raftParts.Replicator {
  #id = '';

  override receive(message: ReplicatorMessage, from: Sender): void {
    if (message.kind === 'snapshotNeeded') this.#id = message.record.id;
    super.receive(message.kind === 'chunkPrepared' ? { ...message, id: this.#id } : message, from);
  }
}

class UncheckedFiles extends SimulatedSnapshotFiles {
  protected override isIntact(): boolean {
    return true;
  }
}

/** See `breaks`. */
export const chunkOfAnotherSnapshotAccepted: PlantedBug = {
  name: 'chunk-of-another-snapshot-accepted',
  breaks:
    'A chunk of an earlier snapshot, read late, is sent and stored as one of the snapshot that is under way; the whole is not checked.',
  reference: 'Raft figure 13: a chunk is of the snapshot that its lastIncludedIndex and term name; rule 10',
  plant: { parts: { Replicator }, snapshotFiles: UncheckedFiles },
};
