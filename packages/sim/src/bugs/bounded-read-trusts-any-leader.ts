import type { Sender } from '@quorate/actor';
import { type ReplicatorMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Replicator extends raftParts.Replicator {
  readonly #now: () => number;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Replicator>) {
    super(context, options, parts);
    this.#now = () => context.now();
  }

  override receive(message: ReplicatorMessage, from: Sender): void {
    super.receive(message.kind === 'advance' ? { ...message, leasedAtMs: this.#now() } : message, from);
  }
}

/** One of the planted bugs. */
export const boundedReadTrustsAnyLeader: PlantedBug = {
  name: 'bounded-read-trusts-any-leader',
  breaks:
    'A node takes the commitIndex of whoever says that it leads for proof that its state is fresh, though that one may be deposed.',
  reference: 'Rule 11; dissertation §6.4.1',
  plant: { parts: { Replicator } },
};
