import type { Sender } from '@quorate/actor';
import { type LeaderMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  readonly #clock: { nowMs: number; readonly read: () => number };

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    const clock = { nowMs: context.now(), read: () => context.now() };
    super({ ...context, now: () => clock.nowMs }, options, parts);
    this.#clock = clock;
  }

  override receive(message: LeaderMessage, from: Sender): void {
    if (message.kind === 'tick' || message.kind === 'leaseDue') this.#clock.nowMs = this.#clock.read();
    super.receive(message, from);
  }
}

/** One of the planted bugs. */
export const leaseKeptOverPause: PlantedBug = {
  name: 'lease-kept-over-pause',
  breaks:
    'A leader looks at the clock at its own intervals, and lets reads through by what it saw there: it may have stood still since.',
  reference: 'Rule 13; tikv#10011',
  plant: { parts: { Leader } },
};
