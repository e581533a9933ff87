import { raftParts } from '@quorate/raft';
import { isActorMessage } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    const said = new Set<string>();
    const send: typeof context.send = (to, message) => {
      if (isActorMessage(message) && message.kind === 'append') {
        const once = String(message.prevLogIndex);
        if (said.has(once)) return;
        said.add(once);
      }
      context.send(to, message);
    };
    super({ ...context, send }, options, parts);
  }
}

/** One of the planted bugs. */
export const appendSaidOnce: PlantedBug = {
  name: 'append-said-once',
  breaks: 'A leader hands an append to its log store once: if the message is lost, nothing is appended any more.',
  reference: 'Rule 15: in-node requests are retried',
  plant: { parts: { Leader } },
};
