import type { Sender } from '@quorate/actor';
import { type LeaderMessage, type Moment, momentOf, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Leader extends raftParts.Leader {
  readonly #now: () => Moment;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Leader>) {
    super(context, options, parts);
    this.#now = () => momentOf(context);
  }

  override receive(message: LeaderMessage, from: Sender): void {
    if (message.kind !== 'matched' || message.promise === null) return super.receive(message, from);
    super.receive({ ...message, promise: { ...message.promise, sentAt: this.#now() } }, from);
  }
}

/** One of the planted bugs. */
export const leaseCountedFromReceipt: PlantedBug = {
  name: 'lease-counted-from-receipt',
  breaks: 'A lease lasts from when the answers come, and not from when the voters were asked.',
  reference: 'Rule 11; dissertation §6.4.1; etcd-io/raft#raft.go (ReadOnlyLeaseBased measures from the heartbeat)',
  plant: { parts: { Leader } },
};
