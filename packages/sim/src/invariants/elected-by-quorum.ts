import type { HardState } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

/** A candidate wins with the votes of a majority of the servers in the full cluster for the same term (Raft §5.2), its own included. A machine that has lost its disk has none to give. */
export class ElectedByQuorum implements Invariant {
  readonly name = 'a leader has the votes of a quorum';
  readonly sees = ['requestVoteReply', 'leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** By candidate and term. */
  readonly #voters = new Map<string, Set<string>>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  /** A candidate's own vote is in no message. */
  hardStateStaged(node: SimulatedNode, _process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === node.id) this.#vote(node, node.id, currentTerm);
  }

  sent({ node, to, message }: Sent): void {
    if (message.kind === 'requestVoteReply' && message.voteGranted) this.#vote(node, to.node, message.term);
    if (message.kind !== 'leadershipGranted') return;
    const votes = this.#voters.get(`${node.id}/${message.term}`)?.size ?? 0;
    if (votes * 2 <= this.#view.nodes.length) {
      this.#violated(`${node.id} leads in term ${message.term} with ${votes} votes`);
    }
  }

  #vote({ id, isSpent }: SimulatedNode, candidate: string, term: number): void {
    const key = `${candidate}/${term}`;
    const voters = this.#voters.get(key) ?? new Set();
    this.#voters.set(key, voters);
    if (!isSpent) voters.add(id);
  }
}
