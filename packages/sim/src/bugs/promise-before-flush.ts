import { type LogState, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class HardPromise extends raftParts.HardPromise {
  readonly #logState: LogState;

  constructor(state: LogState) {
    super(state);
    this.#logState = state;
  }

  protected override get durableMs(): number {
    return this.#logState.storage.longestPromiseMs;
  }
}

/** One of the planted bugs. */
export const promiseBeforeFlush: PlantedBug = {
  name: 'promise-before-flush',
  breaks: 'A promise is made before the disk knows how long it may be: a process that starts then keeps none.',
  reference: 'Rule 11',
  plant: { parts: { HardPromise } },
};
