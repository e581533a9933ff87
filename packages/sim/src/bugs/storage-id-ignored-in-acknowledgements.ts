import type { Sender } from '@quorate/actor';
import { type ReplicatorMessage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Replicator extends raftParts.Replicator {
  readonly #storageId: string;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Replicator>) {
    super(context, options, parts);
    this.#storageId = options.peer.storageId;
  }

  override receive(message: ReplicatorMessage, from: Sender): void {
    const isReply = message.kind === 'appendEntriesReply';
    super.receive(message, isReply ? { ...from, storageId: this.#storageId } : from);
  }
}

/** One of the planted bugs. */
export const storageIdIgnoredInAcknowledgements: PlantedBug = {
  name: 'storage-id-ignored-in-acknowledgements',
  breaks: 'The acknowledgement of a machine counts by its name, though its disk is not the one that was listed.',
  reference: "Rule 16; openraft, faq: never reuse a wiped node's id",
  plant: { parts: { Replicator } },
};
