import type { HardState } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';

/** The appends of one leader to one peer that asked for a promise. */
interface Asked {
  readonly office: string;
  /** By sequence, on the peer's own clock. */
  readonly sentAtMs: Map<number, number>;
}

/**
 * Whoever has promised it votes for nobody, itself included, for as long as its answer says, from when it was asked at least; and a process that
 * starts does so for as long as its node ever promised (design rule 11). A transfer waives that.
 */
export class HardPromiseKept implements Invariant {
  readonly name = 'a hard promise is kept';
  readonly sees = ['appendEntries', 'appendEntriesReply', 'roundConfirmed', 'timeoutNow'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** By leader and peer. */
  readonly #asked = new Map<string, Asked>();
  /** On the node's own clock. */
  readonly #keptUntilMs = new Map<SimulatedNode, number>();
  readonly #transferredIn = new Set<number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  started(node: SimulatedNode): void {
    this.#keep(node, this.#nowMs(node) + node.disk.longestPromiseMs);
  }

  sent({ node, process, to, message }: Sent): void {
    switch (message.kind) {
      case 'timeoutNow':
        this.#transferredIn.add(message.term + 1);
        return;
      case 'appendEntries':
        if (message.leaseMs > 0) this.#noteAsked(node, process, to, message);
        return;
      case 'appendEntriesReply':
        if (message.promisedMs > 0) this.#promised(node, this.#asked.get(`${to.node}>${node.id}`), message);
        return;
      case 'roundConfirmed':
        if (message.promisedMs > 0) this.#keep(node, message.askedAt.clockMs + message.promisedMs);
        return;
      default:
        return;
    }
  }

  hardStateStaged(node: SimulatedNode, _process: SimulatedProcess, { currentTerm, votedFor }: HardState): void {
    if (votedFor === null || node.isSpent || this.#transferredIn.has(currentTerm)) return;
    const leftMs = (this.#keptUntilMs.get(node) ?? Number.NEGATIVE_INFINITY) - this.#nowMs(node);
    // Half a microsecond: the clocks of nodes count in fractions.
    if (leftMs > 0.0005) {
      this.#violated(`${node.id} votes for ${votedFor} in term ${currentTerm}, ${leftMs.toFixed(1)} ms too early`);
    }
  }

  #noteAsked(
    { id }: SimulatedNode,
    process: SimulatedProcess,
    to: Sent['to'],
    message: MessageOfKind<'appendEntries'>,
  ): void {
    const road = `${id}>${to.node}`;
    const office = officeOf(process.identity.incarnation, message.term);
    const peer = this.#view.nodes.find((node) => node.id === to.node);
    if (peer === undefined) return;
    let asked = this.#asked.get(road);
    if (asked?.office !== office) {
      asked = { office, sentAtMs: new Map() };
      this.#asked.set(road, asked);
    }
    asked.sentAtMs.set(message.sequence, this.#nowMs(peer));
  }

  #promised(node: SimulatedNode, asked: Asked | undefined, message: MessageOfKind<'appendEntriesReply'>): void {
    if (asked?.office !== officeOf(message.incarnation, message.term)) return;
    const sentAtMs = asked.sentAtMs.get(message.sequence);
    if (sentAtMs !== undefined) this.#keep(node, sentAtMs + message.promisedMs);
  }

  #keep(node: SimulatedNode, untilMs: number): void {
    this.#keptUntilMs.set(node, Math.max(untilMs, this.#keptUntilMs.get(node) ?? untilMs));
  }

  #nowMs({ clock }: SimulatedNode): number {
    return clock.at(this.#view.nowUs);
  }
}

const officeOf = (incarnation: number, term: number): string => `${incarnation}/${term}`;
