import type { Sender } from '@quorate/actor';
import { type ReplicatorMessage, raftParts, type Term } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Replicator extends raftParts.Replicator {
  readonly #term: Term;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Replicator>) {
    super(context, options, parts);
    this.#term = options.term;
  }

  override receive(message: ReplicatorMessage, from: Sender): void {
    const isLate = message.kind === 'appendEntriesReply' && message.term < this.#term;
    super.receive(isLate ? { ...message, term: this.#term } : message, from);
  }
}

/** One of the planted bugs. */
export const replyOfEarlierTermCounted: PlantedBug = {
  name: 'reply-of-earlier-term-counted',
  breaks: 'A late acknowledgement that was meant for an earlier leadership of the same node counts in this one.',
  reference: 'openraft, replication-session.md: progress is keyed by leadership',
  plant: { parts: { Replicator } },
};
