import type { Sender } from '@quorate/actor';
import { type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class SnapshotDesk extends raftParts.SnapshotDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override installSnapshot(message: MessageOfKind<'installSnapshot'>, from: Sender): void {
    const { currentTerm, leadership } = this.#state;
    const isOld = message.term < currentTerm && leadership === null;
    super.installSnapshot(isOld ? { ...message, term: currentTerm } : message, from);
  }
}

/** See `breaks`. */
export const snapshotOfEarlierTermAccepted: PlantedBug = {
  name: 'snapshot-of-earlier-term-accepted',
  breaks: 'A follower takes chunks of a snapshot from a leader of an earlier term.',
  reference: 'Raft figure 13, InstallSnapshot, receiver 1',
  plant: { parts: { SnapshotDesk } },
};
