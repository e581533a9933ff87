import type { Lease } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import { configurationInUse } from './configuration-in-use.ts';

/** While a leader may answer reads from its lease nobody else takes office (dissertation §6.4.1): it would not know what that one acknowledges. */
export class LeaseHolderLeadsAlone implements Invariant {
  readonly name = 'nobody takes office beside a valid lease';
  readonly sees = ['leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #view: ClusterView;
  /** Of the newest leader of each process. */
  readonly #leases = new Map<SimulatedProcess, Lease>();
  /** The term of the newest office of each process: a grant that is said again is none. */
  readonly #terms = new Map<SimulatedProcess, number>();

  constructor(violated: Violated, view: ClusterView) {
    this.#violated = violated;
    this.#view = view;
  }

  leaseMade(_node: SimulatedNode, process: SimulatedProcess, lease: Lease): void {
    this.#leases.set(process, lease);
  }

  sent({ node, process, message }: Sent): void {
    if (message.kind !== 'leadershipGranted' || this.#terms.get(process) === message.term) return;
    this.#terms.set(process, message.term);
    for (const other of this.#view.nodes) {
      if (other !== node && this.#mayRead(other, message.term)) {
        this.#violated(`${node.id} takes office in term ${message.term}, and the lease of ${other.id} is valid`);
      }
    }
  }

  /** One of an earlier term: whoever takes office late, and in a term that has passed, commits nothing. */
  #mayRead({ process, clock, wallClock }: SimulatedNode, before: number): boolean {
    const lease = process === null ? undefined : this.#leases.get(process);
    if (process === null || lease === undefined || !process.system.has('leader')) return false;
    if ((this.#terms.get(process) ?? before) >= before) return false;
    const { nowUs } = this.#view;
    const now = { clockMs: clock.at(nowUs), wallMs: wallClock.at(nowUs) };
    return lease.isValid(configurationInUse(process, this.#view), now);
  }
}
