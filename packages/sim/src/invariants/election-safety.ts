import type { Invariant, Sent, Violated } from './cluster-view.ts';

/** Election safety (Raft figure 3, §5.2): at most one leader can be elected in a given term. */
export class ElectionSafety implements Invariant {
  readonly name = 'election safety';
  readonly sees = ['leadershipGranted', 'appendEntries'] as const;
  readonly #violated: Violated;
  /** By term: the node and the incarnation of it that led. */
  readonly #leaders = new Map<number, string>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind !== 'leadershipGranted' && message.kind !== 'appendEntries') return;
    const leader = `${node.id}#${process.identity.incarnation}`;
    const known = this.#leaders.get(message.term);
    if (known === undefined) this.#leaders.set(message.term, leader);
    else if (known !== leader) this.#violated(`both ${known} and ${leader} lead in term ${message.term}`);
  }
}
