import { raftParts } from '@quorate/raft';
import { isActorMessage } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    const said = new Set<string>();
    const send: typeof context.send = (to, message) => {
      if (isActorMessage(message) && message.kind === 'advance') {
        const once = `${to.actor} ${message.lastLogIndex} ${message.commitIndex} ${message.round}`;
        if (said.has(once)) return;
        said.add(once);
      }
      context.send(to, message);
    };
    super({ ...context, send }, options, parts);
  }
}

/** One of the planted bugs. */
export const advanceSaidOnce: PlantedBug = {
  name: 'advance-said-once',
  breaks: 'A leader tells its replicators once that there is more to send.',
  reference: 'Rule 15; found here once (docs/FOUND.md, before the simulator, seed 74)',
  plant: { parts: { Leader } },
};
