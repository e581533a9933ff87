import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

/** Whoever has just come to the bus asks nobody for pre-votes for an election timeout: after a restart of NATS the leader may come back a moment later (design rule 12). */
export class QuietAfterConnect implements Invariant {
  readonly name = 'no campaign right after the own connect';
  readonly sees = ['requestPreVote'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** By process, on the node's own clock. */
  readonly #connectedAtMs = new Map<SimulatedProcess, number>();
  /** The longest election timeout of the leader that was heard last. */
  readonly #timeoutMs = new Map<SimulatedProcess, number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (message.kind === 'busConnected') this.#connectedAtMs.set(process, node.clock.at(this.#view.nowUs));
    if (message.kind !== 'leaderHeard') return;
    this.#timeoutMs.set(process, message.electionTimeoutMaxMs);
    // Its silence after that is a silence on this very connection; or it was heard just before, and the election has not known until now.
    this.#connectedAtMs.delete(process);
  }

  sent({ node, process, message }: Sent): void {
    const connectedAtMs = this.#connectedAtMs.get(process);
    if (message.kind !== 'requestPreVote' || connectedAtMs === undefined) return;
    const sinceMs = node.clock.at(this.#view.nowUs) - connectedAtMs;
    if (sinceMs >= (this.#timeoutMs.get(process) ?? this.#view.settings.electionTimeoutMaxMs)) return;
    this.#violated(`${node.id} asks for pre-votes ${sinceMs.toFixed(1)} ms after it has come to the bus`);
  }
}
