import { type Configuration, StateCheck } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

/** Takes two voters for enough, whichever they are. */
class JudgingByTwo extends StateCheck {
  override tick(configuration: Configuration): void {
    super.tick({ ...configuration, voters: configuration.voters.slice(0, 2), outgoingVoters: [] });
  }
}

/** One of the planted bugs. */
export const oddStateJudgedByTwo: PlantedBug = {
  name: 'odd-state-judged-by-two',
  breaks: 'Whose state is the odd one is judged by the first two voters, and not by a quorum of all of them.',
  reference: 'The odd one is who differs from a quorum; etcd#14828: who is corrupt is for a quorum to say',
  plant: { work: { stateChecks: 'astray' }, stateCheck: JudgingByTwo },
};
