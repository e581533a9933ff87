import type { NodeId } from '@quorate/actor';
import type { HardState } from '@quorate/raft';
import type { ActorMessage } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

/** What a process has heard of leaders, and of the bus. Times are on the node's own clock. */
interface Knowledge {
  /** The leader that was heard last, when, and how long that protects it: it says so itself. */
  heard: {
    readonly leader: NodeId;
    readonly atMs: number;
    readonly electionTimeoutMinMs: number;
    readonly electionTimeoutMaxMs: number;
  } | null;
  /** The probes of that leader in the silence since. */
  readonly probes: Set<number>;
  /** The bus has said that nobody was there to hear one of them. */
  isGone: boolean;
  connectedAtMs: number;
}

/**
 * A server that has heard a leader within the minimal election timeout votes for no one (Raft §6, end; dissertation §4.2.3), itself included; unless it
 * knows for itself that the leader is gone: by "no responders" to its own probe of that leader, in this silence, and not of the time when it
 * has just come to the bus (design rule 12). What another knows, or what was so before, is no evidence.
 */
export class HeardLeaderProtected implements Invariant {
  readonly name = 'no vote against a leader that is heard';
  readonly sees = ['leaderHeard', 'leadershipGranted', 'leaderProbe', 'timeoutNow'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  readonly #known = new Map<SimulatedProcess, Knowledge>();
  /** Terms whose candidate a leader has asked to campaign in its place: nobody protects it. */
  readonly #transferredIn = new Set<number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind === 'timeoutNow') this.#transferredIn.add(message.term + 1);
    // Its own office has come after that of whoever was heard before.
    if (message.kind === 'leadershipGranted') this.#of(process).heard = null;
    if (message.kind === 'leaderProbe') this.#of(process).probes.add(message.probe);
    if (message.kind !== 'leaderHeard') return;
    const known = this.#of(process);
    const { leader, electionTimeoutMinMs, electionTimeoutMaxMs } = message;
    known.heard = { leader, atMs: this.#nowMs(node), electionTimeoutMinMs, electionTimeoutMaxMs };
    known.probes.clear();
    known.isGone = false;
  }

  delivered(node: SimulatedNode, process: SimulatedProcess, message: ActorMessage): void {
    if (message.kind === 'busConnected') {
      const known = this.#of(process);
      known.connectedAtMs = this.#nowMs(node);
      known.isGone = false;
    }
    if (message.kind !== 'noResponders') return;
    const known = this.#of(process);
    const { heard, probes, connectedAtMs } = known;
    if (heard?.leader !== message.leader || !probes.has(message.probe)) return;
    if (this.#nowMs(node) - connectedAtMs >= heard.electionTimeoutMaxMs) known.isGone = true;
  }

  hardStateStaged(node: SimulatedNode, process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === null || this.#transferredIn.has(currentTerm)) return;
    const known = this.#known.get(process);
    if (known === undefined || known.heard === null || known.isGone) return;
    const { leader, atMs, electionTimeoutMinMs } = known.heard;
    const silentMs = this.#nowMs(node) - atMs;
    if (silentMs >= electionTimeoutMinMs) return;
    const heard = `has heard ${leader} ${silentMs.toFixed(1)} ms ago, and does not know that it is gone`;
    this.#violated(`${node.id} votes for ${votedFor} in term ${currentTerm}: it ${heard}`);
  }

  #of(process: SimulatedProcess): Knowledge {
    const known = this.#known.get(process);
    if (known !== undefined) return known;
    const nothing = { heard: null, probes: new Set<number>(), isGone: false, connectedAtMs: Number.NEGATIVE_INFINITY };
    this.#known.set(process, nothing);
    return nothing;
  }

  #nowMs({ clock }: SimulatedNode): number {
    return clock.at(this.#view.nowUs);
  }
}
