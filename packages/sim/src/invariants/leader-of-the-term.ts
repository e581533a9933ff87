import type { Invariant, Sent, Violated } from './cluster-view.ts';

/**
 * A server takes what a leader sends only in that leader's term (Raft figure 2, AppendEntries receiver 1; figure 13, InstallSnapshot
 * receiver 1): whoever it follows was elected in its own current term.
 */
export class LeaderOfTheTerm implements Invariant {
  readonly name = 'who is followed leads in the current term';
  readonly sees = ['leadershipGranted', 'leaderHeard', 'storeChunk'] as const;
  readonly #violated: Violated;
  /** By term. */
  readonly #leaders = new Map<number, string>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'leadershipGranted') this.#leaders.set(message.term, node.id);
    if (message.kind === 'leaderHeard') this.#check(node.id, process.storage.hardState.currentTerm, message);
    if (message.kind !== 'storeChunk') return;
    this.#check(node.id, process.storage.hardState.currentTerm, { term: message.term, leader: message.leader.node });
  }

  #check(id: string, currentTerm: number, { term, leader }: { readonly term: number; readonly leader: string }): void {
    if (term === currentTerm && this.#leaders.get(term) === leader) return;
    this.#violated(
      `${id} follows ${leader} of term ${term} in term ${currentTerm}, led by ${this.#leaders.get(currentTerm)}`,
    );
  }
}
