import { type GatewayMessage, raftParts } from '@quorate/raft';
import { isActorMessage, type MessageOfKind } from '../host/actor-message.ts';
import type { PlantedBug } from './plant.ts';

class Gateway extends raftParts.Gateway {
  readonly #writes: Map<number, MessageOfKind<'write'>>;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Gateway>) {
    const writes = new Map<number, MessageOfKind<'write'>>();
    const send: typeof context.send = (to, message) => {
      const write = isOutcomeUnknown(message) ? writes.get(message.request) : undefined;
      if (write === undefined) return context.send(to, message);
      writes.delete(write.request);
      context.startTimer(`again ${write.request}`, 1, write);
    };
    super({ ...context, send }, options, parts);
    this.#writes = writes;
  }

  override receive(message: GatewayMessage): void {
    if (message.kind === 'write') this.#writes.set(message.request, message);
    super.receive(message);
  }
}

const isOutcomeUnknown = (message: unknown): message is MessageOfKind<'answered'> =>
  isActorMessage(message) &&
  message.kind === 'answered' &&
  message.answer.kind === 'error' &&
  message.answer.code === 'OutcomeUnknown';

/** One of the planted bugs. */
export const gatewayProposesAgain: PlantedBug = {
  name: 'gateway-proposes-again',
  breaks:
    'A gateway proposes a write to the next leader when the one that had it is gone, though it may be in the log.',
  reference: 'Rule 17, end; Jepsen on jetcd 0.8.2 and TiDB 2.1.7 (retries of indeterminate writes)',
  plant: { parts: { Gateway } },
};
