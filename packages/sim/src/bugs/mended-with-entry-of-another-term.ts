import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class AnyEntryTaken extends SimulatedLogStorage {
  protected override isTheOne(): boolean {
    return true;
  }
}

/** One of the planted bugs. */
export const mendedWithEntryOfAnotherTerm: PlantedBug = {
  name: 'mended-with-entry-of-another-term',
  breaks: 'A record that does not pass its check is replaced with whatever a peer has at that index.',
  reference: 'Raft §5.3, log matching: index and term name an entry, and the index alone does not',
  plant: { storage: AnyEntryTaken },
};
