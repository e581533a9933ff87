import { SimulatedSnapshotFiles } from '../disk/simulated-snapshot-files.ts';
import type { PlantedBug } from './plant.ts';

const name = 'incoming';

class OneFile extends SimulatedSnapshotFiles {
  protected override nameOf(): string {
    return name;
  }

  override keepOnly(ids: readonly string[]): void {
    super.keepOnly([...ids, name]);
  }

  protected override isIntact(): boolean {
    return true;
  }
}

/** See `breaks`. */
export const transferResumedWithAnotherSnapshot: PlantedBug = {
  name: 'transfer-resumed-with-another-snapshot',
  breaks:
    'A transfer that broke off is resumed with the snapshot of the next leader, which is another; the whole is not checked.',
  reference: 'Raft figure 13, receiver 2 and 5: another snapshot begins a file of its own; rule 10',
  plant: { snapshotFiles: OneFile },
};
