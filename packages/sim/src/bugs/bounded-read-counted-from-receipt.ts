import { type GatewayMessage, type Moment, momentOf, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Gateway extends raftParts.Gateway {
  readonly #now: () => Moment;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Gateway>) {
    super(context, options, parts);
    this.#now = () => momentOf(context);
  }

  override receive(message: GatewayMessage): void {
    super.receive(message.kind === 'proven' ? { ...message, asOf: this.#now() } : message);
  }
}

/** One of the planted bugs. */
export const boundedReadCountedFromReceipt: PlantedBug = {
  name: 'bounded-read-counted-from-receipt',
  breaks:
    'A proof of freshness counts from when it comes, and not from the time that the leader knew to be past when it gave it.',
  reference: 'Rule 11: measured from sending',
  plant: { parts: { Gateway } },
};
