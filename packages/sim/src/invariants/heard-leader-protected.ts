import type { HardState } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

/** When a leader was heard, on the node's own clock, and how long that protects it: the leader says so. */
interface Heard {
  readonly atMs: number;
  readonly electionTimeoutMinMs: number;
}

/** A server that has heard a leader within the minimal election timeout votes for no one (Raft §6, end; dissertation §4.2.3), itself included. */
export class HeardLeaderProtected implements Invariant {
  readonly name = 'no vote against a leader that is heard';
  readonly sees = ['leaderHeard', 'timeoutNow'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #heard = new Map<SimulatedProcess, Heard>();
  /** Terms whose candidate a leader has asked to campaign in its place: nobody protects it. */
  readonly #transferredIn = new Set<number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'timeoutNow') this.#transferredIn.add(message.term + 1);
    if (message.kind !== 'leaderHeard') return;
    const { electionTimeoutMinMs } = message;
    this.#heard.set(process, { atMs: node.clock.at(this.#view.nowUs), electionTimeoutMinMs });
  }

  hardStateStaged(node: SimulatedNode, process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === null || this.#transferredIn.has(currentTerm)) return;
    const heard = this.#heard.get(process);
    if (heard === undefined) return;
    const silentMs = node.clock.at(this.#view.nowUs) - heard.atMs;
    if (silentMs < heard.electionTimeoutMinMs) {
      this.#violated(
        `${node.id} votes for ${votedFor} in term ${currentTerm}, and heard a leader ${silentMs.toFixed(1)} ms ago`,
      );
    }
  }
}
