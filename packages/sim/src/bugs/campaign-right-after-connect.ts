import type { Sender } from '@quorate/actor';
import { type ElectionMessage, raftParts, term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Election extends raftParts.Election {
  override receive(message: ElectionMessage, from: Sender): void {
    // The timer begins anew, and nothing more.
    super.receive(message.kind === 'busConnected' ? { kind: 'voteCast', term: term(0) } : message, from);
  }
}

/** One of the planted bugs. */
export const campaignRightAfterConnect: PlantedBug = {
  name: 'campaign-right-after-connect',
  breaks: 'A node that has just come to the bus campaigns before the others are there.',
  reference: 'rule 12: an election timer counts from an election timeout after the own connect',
  plant: { parts: { Election } },
};
