import { type ChangePlan, type Configuration, type MemberFacts, type MembershipChange, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Membership extends raftParts.Membership {
  protected override plan(current: Configuration, change: MembershipChange, facts: MemberFacts): ChangePlan {
    return super.plan({ ...current, removed: [] }, change, facts);
  }
}

/** See `breaks`. */
export const removedIdComesBack: PlantedBug = {
  name: 'removed-id-comes-back',
  breaks: 'A member that was removed may come back under its id, with an empty disk.',
  reference: 'openraft, faq: reuse of a node id; etcd’s zombie members; NATS counts votes of empty logs',
  plant: { parts: { Membership } },
};
