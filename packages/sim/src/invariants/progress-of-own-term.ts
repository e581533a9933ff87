import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/**
 * matchIndex starts anew with each leadership (Raft figure 2, volatile state on leaders): what counts is what the peer has
 * acknowledged in this very term (openraft, replication-session.md).
 */
export class ProgressOfOwnTerm implements Invariant {
  readonly name = 'a leader counts what was acknowledged in its own term';
  readonly sees = ['leadershipGranted', 'appendEntriesReply', 'matched'] as const;
  readonly #violated: Violated;
  readonly #offices = new Map<SimulatedProcess, MessageOfKind<'leadershipGranted'>>();
  /** By leader, peer and term. */
  readonly #acknowledged = new Map<string, number>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, to, message }: Sent): void {
    if (message.kind === 'leadershipGranted') this.#offices.set(process, message);
    if (message.kind === 'appendEntriesReply' && message.success) {
      const key = `${to.node}/${node.id}/${message.term}`;
      this.#acknowledged.set(key, Math.max(this.#acknowledged.get(key) ?? 0, message.matchIndex));
    }
    if (message.kind !== 'matched') return;
    const office = this.#offices.get(process);
    if (office?.token !== message.token) return;
    const acknowledged = this.#acknowledged.get(`${node.id}/${message.peer}/${office.term}`) ?? 0;
    if (message.matchIndex > acknowledged) {
      this.#violated(
        `${node.id} counts ${message.peer} up to ${message.matchIndex}, which has acknowledged ${acknowledged} in term ${office.term}`,
      );
    }
  }
}
