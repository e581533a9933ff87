import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** ReadIndex (Raft §8; dissertation §6.4): a read is answered from an index that no commit was above when the read came. */
export class ReadsAreFresh implements Invariant {
  readonly name = 'a read sees all that was committed before it';
  readonly sees = ['readIndex', 'readIndexReply'] as const;
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;
  /** By whom and how a gateway asked: what was committed then. */
  readonly #asked = new Map<string, number>();

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  sent({ node, process, to, message }: Sent): void {
    if (message.kind === 'readIndex') {
      const asker = `${node.id}/${process.identity.incarnation}/${message.sequence}`;
      this.#asked.set(asker, this.#committed.lastIndex);
    }
    if (message.kind !== 'readIndexReply' || message.readIndex === null) return;
    const committed = this.#asked.get(`${to.node}/${message.incarnation}/${message.sequence}`) ?? 0;
    if (message.readIndex < committed) {
      this.#violated(`${node.id} lets a read see up to ${message.readIndex}, and ${committed} was committed before it`);
    }
  }
}
