import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Snapshots extends raftParts.Snapshots {
  protected override get knowsEveryFile(): boolean {
    return true;
  }
}

/** See `breaks`. */
export const takenSnapshotRemovedUnknown: PlantedBug = {
  name: 'taken-snapshot-removed-unknown',
  breaks: 'The file of a snapshot that was just taken goes before the applier hears of it, which then tells of it.',
  reference: 'Rule 10: the file is flushed before any compaction that it covers, and kept; docs/FOUND.md',
  plant: { parts: { Snapshots } },
};
