import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class CutToFit extends SimulatedLogStorage {
  constructor(...[disk, observer]: ConstructorParameters<typeof SimulatedLogStorage>) {
    const [first] = [...disk.holeKinds.keys()].sort((one, other) => one - other);
    if (first !== undefined) disk.commit([{ kind: 'truncate', from: first }]);
    super(disk, observer);
  }
}

/** One of the planted bugs. */
export const damagedRecordsTakenForEnd: PlantedBug = {
  name: 'damaged-records-taken-for-end',
  breaks:
    'A log ends before the first record that does not pass its check: the rest is cut off, and the node goes on voting.',
  reference:
    'nats-server server/raft.go, which truncates a corrupt log to its last good entry; "Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018',
  plant: { storage: CutToFit },
};
