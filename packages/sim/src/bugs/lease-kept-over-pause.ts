import type { Sender } from '@quorate/actor';
import { type LeaderMessage, momentOf, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  readonly #look: () => void;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    let seen = momentOf(context);
    super({ ...context, now: () => seen.clockMs, wallNow: () => seen.wallMs }, options, parts);
    this.#look = () => {
      seen = momentOf(context);
    };
  }

  override receive(message: LeaderMessage, from: Sender): void {
    if (message.kind === 'tick' || message.kind === 'leaseDue') this.#look();
    super.receive(message, from);
  }
}

/** One of the planted bugs. */
export const leaseKeptOverPause: PlantedBug = {
  name: 'lease-kept-over-pause',
  breaks:
    'A leader looks at its clocks at its own intervals, and lets reads through by what it saw there: it may have stood still since.',
  reference: 'Rule 13; tikv#10011',
  plant: { parts: { Leader } },
};
