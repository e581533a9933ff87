import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Invariant, Violated } from './cluster-view.ts';

/** Without faults the leader's log becomes everyone's (Raft §5.3: it brings the followers' logs into consistency with its own), and all of it is applied. */
export class EqualLogs implements Invariant {
  readonly name = 'all logs become equal';
  readonly #violated: Violated;

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  atRest(nodes: readonly SimulatedNode[]): void {
    const [first] = nodes;
    if (first === undefined) return;
    for (const { id, disk, stateMachine } of nodes) {
      const length = disk.lastIndex;
      const expected = first.disk.lastIndex;
      if (length !== expected) this.#violated(`the log of ${id} ends at ${length}, that of ${first.id} at ${expected}`);
      if (stateMachine.lastApplied !== length) {
        this.#violated(`${id} has applied ${stateMachine.lastApplied} of its ${length} entries`);
      }
      if (disk.termAt(length) !== first.disk.termAt(length)) this.#violated(`${id} and ${first.id} end in other terms`);
    }
  }
}
