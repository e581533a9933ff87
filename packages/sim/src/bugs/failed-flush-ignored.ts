import type { Write } from '../disk/disk.ts';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import type { PlantedBug } from './plant.ts';

class CarefreeStorage extends SimulatedLogStorage {
  #isBroken = false;

  override failFlush(): boolean {
    this.#isBroken = true;
    return false;
  }

  /** Once a flush has failed the pages read clean, and nothing more is written. */
  protected override commit(writes: readonly Write[]): void {
    if (!this.#isBroken) super.commit(writes);
  }
}

/** One of the planted bugs. */
export const failedFlushIgnored: PlantedBug = {
  name: 'failed-flush-ignored',
  breaks: 'A process goes on after a failed flush: the next one succeeds, and what the failed one held is not on disk.',
  reference:
    'Rebello and others, ATC 2020 (fsync failures, LMDB among others); the design: a failed flush stops the process',
  plant: { storage: CarefreeStorage },
};
