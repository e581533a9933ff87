import type { Sender } from '@quorate/actor';
import { applierAt, type LogState, raftParts } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class SnapshotDesk extends raftParts.SnapshotDesk {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override installSnapshot(message: MessageOfKind<'installSnapshot'>, leader: Sender): void {
    const { context, currentTerm, commitIndex } = this.#state;
    super.installSnapshot(message, leader);
    if (message.term < currentTerm || message.record.index <= commitIndex) return;
    context.send(applierAt(context.self), { ...message, kind: 'storeChunk', leader });
  }
}

/** See `breaks`. */
export const chunkAnsweredBeforeTermIsFlushed: PlantedBug = {
  name: 'chunk-answered-before-term-is-flushed',
  breaks: 'A chunk that brings a new term is stored and answered while that term is on its way to the disk.',
  reference: 'Raft figure 2, persistent state; rule 6; docs/FOUND.md',
  plant: { parts: { SnapshotDesk } },
};
