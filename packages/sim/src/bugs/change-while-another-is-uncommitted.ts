import { type LogIndex, logIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Membership extends raftParts.Membership {
  override placed(index: LogIndex, nowMs: number): void {
    super.placed(index, nowMs);
    super.committed(logIndex(Number.MAX_SAFE_INTEGER));
  }
}

/** See `breaks`. */
export const changeWhileAnotherIsUncommitted: PlantedBug = {
  name: 'change-while-another-is-uncommitted',
  breaks: 'The configuration that ends a change is appended while the joint one before it is not committed.',
  reference: 'Raft §6; dissertation §4.1 and §4.3: one change at a time, each when the one before it is committed',
  plant: { parts: { Membership } },
};
