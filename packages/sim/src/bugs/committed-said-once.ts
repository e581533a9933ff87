import type { Sender } from '@quorate/actor';
import { type LogStoreMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogStore extends raftParts.LogStore {
  override receive(message: LogStoreMessage, from: Sender): void {
    if (message.kind !== 'repeat') super.receive(message, from);
  }
}

/** One of the planted bugs. */
export const committedSaidOnce: PlantedBug = {
  name: 'committed-said-once',
  breaks: 'The log store tells its applier once how far it may go.',
  reference: 'Rule 15: in-node notices are cumulative and repeated until acknowledged',
  plant: { parts: { LogStore } },
};
