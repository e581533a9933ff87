import { leaderAt, raftParts } from '@quorate/raft';
import { isActorMessage, type MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    const send: typeof context.send = (to, message) => {
      if (!isConfirmRound(message)) return context.send(to, message);
      const { token, round, askedAt, leaseMs: promisedMs } = message;
      context.send(leaderAt(context.self), { kind: 'roundConfirmed', token, round, askedAt, promisedMs });
    };
    super({ ...context, send }, options, parts);
  }
}

const isConfirmRound = (message: unknown): message is MessageOfKind<'confirmRound'> =>
  isActorMessage(message) && message.kind === 'confirmRound';

/** One of the planted bugs. */
export const ownLogStoreNotAsked: PlantedBug = {
  name: 'own-log-store-not-asked',
  breaks:
    'A leader counts itself in a round of confirmation without asking its own log store, which may just have voted for another.',
  reference: 'Rule 4',
  plant: { parts: { Leader } },
};
