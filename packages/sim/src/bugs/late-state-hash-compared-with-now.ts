import type { Sender } from '@quorate/actor';
import { StateCheck, type StateCheckMessage, type StateCheckOptions } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

/** Takes what a peer tells for the hash of the revision that this node has come to. */
class ComparingWithNow extends StateCheck {
  readonly #newest: () => number;

  constructor(options: StateCheckOptions) {
    super(options);
    this.#newest = options.newest;
  }

  override receive(message: StateCheckMessage, sender: Sender): void {
    super.receive(message.kind === 'stateHash' ? { ...message, revision: this.#newest() } : message, sender);
  }
}

/** One of the planted bugs. */
export const lateStateHashComparedWithNow: PlantedBug = {
  name: 'late-state-hash-compared-with-now',
  breaks: 'The hash that a peer tells is compared with that of the newest state, and not with that of its revision.',
  reference: 'etcd, CorruptionChecker: hashes are compared at one revision (hash by revision)',
  plant: { stateCheck: ComparingWithNow },
};
