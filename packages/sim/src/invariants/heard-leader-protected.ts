import { defaultRaftSettings, type HardState } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

const { electionTimeoutMinMs } = defaultRaftSettings;

/** A server that has heard a leader within the minimal election timeout votes for no one (Raft §6, end; dissertation §4.2.3), itself included. */
export class HeardLeaderProtected implements Invariant {
  readonly name = 'no vote against a leader that is heard';
  readonly sees = ['leaderHeard', 'timeoutNow'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** On the node's own clock. */
  readonly #heardAtMs = new Map<SimulatedProcess, number>();
  /** Terms whose candidate a leader has asked to campaign in its place: nobody protects it. */
  readonly #transferredIn = new Set<number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'timeoutNow') this.#transferredIn.add(message.term + 1);
    if (message.kind === 'leaderHeard') this.#heardAtMs.set(process, node.clock.at(this.#view.nowUs));
  }

  hardStateStaged(node: SimulatedNode, process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === null || this.#transferredIn.has(currentTerm)) return;
    const heardAtMs = this.#heardAtMs.get(process);
    if (heardAtMs === undefined) return;
    const silentMs = node.clock.at(this.#view.nowUs) - heardAtMs;
    if (silentMs < electionTimeoutMinMs) {
      this.#violated(
        `${node.id} votes for ${votedFor} in term ${currentTerm}, and heard a leader ${silentMs.toFixed(1)} ms ago`,
      );
    }
  }
}
