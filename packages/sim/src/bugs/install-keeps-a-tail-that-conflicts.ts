import { logIndex, type SnapshotRecord } from '@quorate/raft';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class KeptTailStorage extends SimulatedLogStorage {
  override installSnapshot(record: SnapshotRecord): void {
    const isHeld = this.termAt(record.index) === record.term;
    const tail = this.read(logIndex(record.index + 1), { maxEntries: 10_000, maxBytes: 1e9 });
    super.installSnapshot(record);
    if (!isHeld && tail.length > 0) this.append(tail);
  }
}

/** See `breaks`. */
export const installKeepsATailThatConflicts: PlantedBug = {
  name: 'install-keeps-a-tail-that-conflicts',
  breaks: "What follows a snapshot's last index stays in the log, though the log has another entry at that index.",
  reference: 'Raft figure 13, InstallSnapshot, receiver 7: discard the entire log; rule 10',
  plant: { storage: KeptTailStorage },
};
