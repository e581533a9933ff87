import { raftParts, type SnapshotRecord } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Snapshots extends raftParts.Snapshots {
  readonly #load: (record: SnapshotRecord) => void;
  readonly #received = new Set<string>();

  constructor(options: ConstructorParameters<typeof raftParts.Snapshots>[0]) {
    super(options);
    const { files, stateMachine } = options;
    this.#load = (record) => {
      if (stateMachine.lastApplied > record.index) files.load(record);
    };
  }

  override storeChunk(message: MessageOfKind<'storeChunk'>): void {
    this.#received.add(message.record.id);
    super.storeChunk(message);
  }

  override snapshotRecorded(message: MessageOfKind<'snapshotRecorded'>): void {
    super.snapshotRecorded(message);
    if (this.#received.has(message.record.id)) this.#load(message.record);
  }
}

/** See `breaks`. */
export const lateSnapshotLoaded: PlantedBug = {
  name: 'late-snapshot-loaded',
  breaks: 'A snapshot of a leader is loaded whenever it is said to be there: one that is late sets lastApplied back.',
  reference: "Raft figure 2: lastApplied increases monotonically; openraft's race of install and apply; rule 10",
  plant: { parts: { Snapshots } },
};
