import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/**
 * A leader is one for its term (Raft §5.1): what is read from the log for it, appended for it and confirmed to it is so only while
 * its node is in that term. Rules 2 to 4 of the design: the token is void as soon as the term changes.
 */
export class CurrentOfficeServed implements Invariant {
  readonly name = 'only the leader of the current term is served';
  readonly sees = ['leadershipGranted', 'appended', 'appendPrepared', 'durable', 'roundConfirmed'] as const;
  readonly #violated: Violated;
  readonly #offices = new Map<SimulatedProcess, MessageOfKind<'leadershipGranted'>>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, message }: Sent): void {
    switch (message.kind) {
      case 'leadershipGranted':
        this.#offices.set(process, message);
        return;
      case 'appended':
      case 'appendPrepared':
      case 'durable':
      case 'roundConfirmed': {
        const office = this.#offices.get(process);
        const { currentTerm } = process.storage.hardState;
        if (office?.token === message.token && office.term === currentTerm) return;
        return this.#violated(`${node.id} in term ${currentTerm} says ${message.kind} to a leader of an earlier one`);
      }
      default:
        return;
    }
  }
}
