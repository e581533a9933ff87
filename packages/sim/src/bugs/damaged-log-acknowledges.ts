import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class FollowerDesk extends raftParts.FollowerDesk {
  protected override get isRepairing(): boolean {
    return false;
  }
}

/** One of the planted bugs. */
export const damagedLogAcknowledges: PlantedBug = {
  name: 'damaged-log-acknowledges',
  breaks: 'A node whose log was damaged acknowledges what it is sent, before the log is whole again.',
  reference: '"Protocol-Aware Recovery for Consensus-Based Storage", FAST 2018; the design: corrupt is not absent',
  plant: { parts: { FollowerDesk } },
};
