import { type ApplierMessage, logIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Applier extends raftParts.Applier {
  override receive(message: ApplierMessage): void {
    super.receive(message.kind === 'query' ? { ...message, atIndex: logIndex(0) } : message);
  }
}

/** One of the planted bugs. */
export const readBeforeApplied: PlantedBug = {
  name: 'read-before-applied',
  breaks: "A read is answered from the state as it is, before the state has reached the read's index.",
  reference: 'Raft dissertation §6.4, step 4',
  plant: { parts: { Applier } },
};
