import { logIndex, type SnapshotRecord } from '@quorate/raft';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class EmptiedStorage extends SimulatedLogStorage {
  override installSnapshot(record: SnapshotRecord): void {
    if (this.lastIndex > record.index) this.truncate(logIndex(record.index + 1));
    super.installSnapshot(record);
  }
}

/** See `breaks`. */
export const installDropsWhatFollows: PlantedBug = {
  name: 'install-drops-what-follows',
  breaks:
    'A snapshot that is installed empties the log, also one that has its last entry and more, which may count for a quorum.',
  reference: 'Raft figure 13, InstallSnapshot, receiver 6; rule 10',
  plant: { storage: EmptiedStorage },
};
