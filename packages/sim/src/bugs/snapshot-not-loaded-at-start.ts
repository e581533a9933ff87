import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Snapshots extends raftParts.Snapshots {
  constructor(options: ConstructorParameters<typeof raftParts.Snapshots>[0]) {
    super({ ...options, newest: null });
  }
}

/** See `breaks`. */
export const snapshotNotLoadedAtStart: PlantedBug = {
  name: 'snapshot-not-loaded-at-start',
  breaks:
    'A node that starts with less in its state than its snapshot has does not load it: it waits for entries that are gone.',
  reference: 'Rule 10: at start the applier loads it if lastApplied is behind it',
  plant: { parts: { Snapshots } },
};
