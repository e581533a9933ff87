import { type HardState, isQuorum } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

/** A candidate wins with the votes of a majority of the servers in the full cluster for the same term (Raft §5.2), its own included. A machine that has lost its disk has none to give. */
export class ElectedByQuorum implements Invariant {
  readonly name = 'a leader has the votes of a quorum';
  readonly sees = ['requestVoteReply', 'leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** By candidate and term. */
  readonly #voters = new Map<string, Set<string>>();
  /** Whom the token was given to, and in which term. */
  readonly #granted = new Set<string>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  /** A candidate's own vote is in no message. */
  hardStateStaged(node: SimulatedNode, _process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === node.id) this.#vote(node, node.id, currentTerm);
  }

  sent({ node, process, to, message }: Sent): void {
    if (message.kind === 'requestVoteReply' && message.voteGranted) this.#vote(node, to.node, message.term);
    if (message.kind !== 'leadershipGranted') return;
    // A grant that is said again may meet members who came since.
    const office = `${node.id}/${message.term}`;
    if (this.#granted.has(office)) return;
    this.#granted.add(office);
    const voters = this.#voters.get(office) ?? new Set();
    if (!isQuorum(configurationInUse(process, this.#view), ({ id }) => voters.has(id))) {
      this.#violated(`${node.id} leads in term ${message.term} with the votes of ${[...voters].join() || 'nobody'}`);
    }
  }

  #vote({ id, isSpent }: SimulatedNode, candidate: string, term: number): void {
    const key = `${candidate}/${term}`;
    const voters = this.#voters.get(key) ?? new Set();
    this.#voters.set(key, voters);
    if (!isSpent) voters.add(id);
  }
}
