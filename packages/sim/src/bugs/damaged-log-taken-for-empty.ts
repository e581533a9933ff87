import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class CarelessStorage extends SimulatedLogStorage {
  protected override damageOf(): null {
    return null;
  }
}

/** One of the planted bugs. */
export const damagedLogTakenForEmpty: PlantedBug = {
  name: 'damaged-log-taken-for-empty',
  breaks: 'A log whose records do not pass their checks begins again, empty, and nothing is said of it.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { storage: CarelessStorage },
};
