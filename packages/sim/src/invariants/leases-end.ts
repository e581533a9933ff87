import type { SimulatedNode } from '../host/simulated-node.ts';
import type { Invariant, Violated } from './cluster-view.ts';

/** Where nobody keeps leases alive any more, and somebody leads, all of them come to their ends. */
export class LeasesEnd implements Invariant {
  readonly name = 'leases end';
  readonly #violated: Violated;

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  atRest(nodes: readonly SimulatedNode[]): void {
    for (const { id, stateMachine } of nodes) {
      const { dueAtLogTimeMs } = stateMachine;
      if (dueAtLogTimeMs !== null) this.#violated(`${id} has a lease that was to end at ${dueAtLogTimeMs} of log time`);
    }
  }
}
