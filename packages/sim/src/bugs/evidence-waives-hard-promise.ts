import { type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class HardPromise extends raftParts.HardPromise {
  readonly #state: LogState;

  constructor(state: LogState) {
    super(state);
    this.#state = state;
  }

  override get remainingMs(): number {
    return this.#state.watch.isGone ? 0 : super.remainingMs;
  }
}

/** One of the planted bugs. */
export const evidenceWaivesHardPromise: PlantedBug = {
  name: 'evidence-waives-hard-promise',
  breaks:
    'A voter that knows its leader to be gone breaks its hard promise, which the lease of a leader behind a broken route rests on.',
  reference: "rule 11: one's own evidence waives the soft promise, never the hard one",
  plant: { parts: { HardPromise } },
};
