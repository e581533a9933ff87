import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';
import { isSame } from './log-matching.ts';

/** Leader completeness (Raft figure 3, §5.4): if an entry is committed in a given term, it is in the logs of the leaders of all higher terms. */
export class LeaderCompleteness implements Invariant {
  readonly name = 'leader completeness';
  readonly sees = ['leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind !== 'leadershipGranted') return;
    for (let index = 1; index <= this.#committed.lastIndex; index += 1) {
      const committed = this.#committed.at(index);
      if (committed === undefined || committed.inTerm >= message.term) return;
      if (index < process.storage.firstIndex) continue;
      const own = process.storage.entryAt(index);
      if (own === undefined || !isSame(own, committed.entry)) {
        return this.#violated(
          `${node.id} leads in term ${message.term} without entry ${index}, committed in term ${committed.inTerm}`,
        );
      }
    }
  }
}
