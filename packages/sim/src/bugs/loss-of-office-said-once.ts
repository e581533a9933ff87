import { raftParts } from '@quorate/raft';
import { isActorMessage } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    const said = new Set<string>();
    const send: typeof context.send = (to, message) => {
      if (isActorMessage(message) && message.kind === 'leadershipLost') {
        const once = 'lost';
        if (said.has(once)) return;
        said.add(once);
      }
      context.send(to, message);
    };
    super({ ...context, send }, options, parts);
  }
}

/** One of the planted bugs. */
export const lossOfOfficeSaidOnce: PlantedBug = {
  name: 'loss-of-office-said-once',
  breaks:
    'A leader that gives up says so once: if the message is lost, its replicators keep every other node from being elected.',
  reference: 'Rule 15; found here once (docs/FOUND.md, before the simulator, seed 394)',
  plant: { parts: { Leader } },
};
