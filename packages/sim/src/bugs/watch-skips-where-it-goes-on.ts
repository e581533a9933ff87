import { type ChangePlace, WatchAssembly } from '@quorate/config-store';
import type { PlantedBug } from './plant.ts';

/** Takes the revision that it has come to for the last that it was given. */
class SkippingAssembly extends WatchAssembly {
  override get next(): ChangePlace {
    const { revision, ordinal } = super.next;
    return revision === 1 ? { revision, ordinal } : { revision: revision + 1, ordinal: 0 };
  }
}

/** One of the planted bugs. */
export const watchSkipsWhereItGoesOn: PlantedBug = {
  name: 'watch-skips-where-it-goes-on',
  breaks: 'A watch that goes on begins one revision too late.',
  reference: 'etcd, API guarantees: a watch is resumable and reliable',
  plant: { watchAssembly: SkippingAssembly },
};
