import { raftParts } from '@quorate/raft';
import { isActorMessage } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Gateway extends raftParts.Gateway {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Gateway>) {
    const send: typeof context.send = (to, message) => {
      if (!isActorMessage(message) || message.kind !== 'whoLeads') context.send(to, message);
    };
    super({ ...context, send }, options, parts);
  }
}

/** One of the planted bugs. */
export const whoLeadsNotAsked: PlantedBug = {
  name: 'who-leads-not-asked',
  breaks: 'A gateway waits to be told who leads: if the notice is lost, it goes on asking the leader before.',
  reference: 'Rule 15; found here once (docs/FOUND.md, before the simulator, seeds 1 and 57)',
  plant: { parts: { Gateway } },
};
