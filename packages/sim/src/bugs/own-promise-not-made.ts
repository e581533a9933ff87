import { type LogState, leaderAt, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class LeaderDesk extends raftParts.LeaderDesk {
  readonly #logState: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#logState = state;
  }

  override confirmRound(message: MessageOfKind<'confirmRound'>): void {
    super.confirmRound({ ...message, leaseMs: 0 });
    const { leadership, context } = this.#logState;
    const { token, round, askedAt, leaseMs: promisedMs } = message;
    if (leadership?.token !== token) return;
    context.send(leaderAt(context.self), { kind: 'roundConfirmed', token, round, askedAt, promisedMs });
  }
}

/** One of the planted bugs. */
export const ownPromiseNotMade: PlantedBug = {
  name: 'own-promise-not-made',
  breaks: 'A leader counts a promise of its own node, whose log store goes on voting for others.',
  reference: 'Rules 4 and 11',
  plant: { parts: { LeaderDesk } },
};
