import { type LogState, leaderAt, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class LeaderDesk extends raftParts.LeaderDesk {
  readonly #state: LogState;

  constructor(...[state, snapshotDesk]: ConstructorParameters<typeof raftParts.LeaderDesk>) {
    super(state, snapshotDesk);
    this.#state = state;
  }

  override append(message: MessageOfKind<'append'>): void {
    const { context, storage, durability, leadership } = this.#state;
    if (leadership?.token === message.token || message.prevLogIndex !== storage.lastIndex) return super.append(message);
    storage.append(message.entries);
    durability.appended();
    context.send(leaderAt(context.self), { kind: 'appended', token: message.token, lastLogIndex: storage.lastIndex });
  }
}

/** One of the planted bugs. */
export const appendWithoutToken: PlantedBug = {
  name: 'append-without-token',
  breaks: "The log store appends what its node's leader sends, also if that leader has been deposed.",
  reference: 'Rule 2: appends by the own leader carry the token',
  plant: { parts: { LeaderDesk } },
};
