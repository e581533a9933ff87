import { type Grant, type LeaderProgress, logIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class AutoRemoval extends raftParts.AutoRemoval {
  override tick(grant: Grant, progress: LeaderProgress): void {
    super.tick(grant, { ...progress, commitIndex: logIndex(Number.MAX_SAFE_INTEGER) });
  }
}

/** See `breaks`. */
export const autoRemovalWhileAChangeIsUncommitted: PlantedBug = {
  name: 'auto-removal-while-a-change-is-uncommitted',
  breaks: 'A leader removes a voter that is gone while another change of the members is not committed yet.',
  reference: 'Raft §6; dissertation §4.1: one change at a time',
  plant: { parts: { AutoRemoval } },
};
