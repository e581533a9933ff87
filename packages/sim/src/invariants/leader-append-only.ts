import type { LogIndex } from '@quorate/raft';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/** Leader append-only (Raft figure 3, §5.3): a leader never overwrites or deletes entries in its log, it only appends new ones. */
export class LeaderAppendOnly implements Invariant {
  readonly name = 'leader append-only';
  readonly sees = ['leadershipGranted'] as const;
  readonly #violated: Violated;
  readonly #ledTerm = new Map<SimulatedProcess, number>();

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ process, message }: Sent): void {
    if (message.kind === 'leadershipGranted') this.#ledTerm.set(process, message.term);
  }

  truncationStaged(node: SimulatedNode, process: SimulatedProcess, from: LogIndex): void {
    const { currentTerm } = process.storage.hardState;
    if (this.#ledTerm.get(process) !== currentTerm) return;
    this.#violated(`${node.id} leads in term ${currentTerm}, and cuts its log before ${from}`);
  }
}
