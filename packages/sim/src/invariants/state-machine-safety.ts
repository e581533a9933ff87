import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';
import { isSame } from './log-matching.ts';

/** State machine safety (Raft figure 3, §5.4.3): if a server has applied an entry at an index, no other ever applies a different one there. Only what is committed is applied. */
export class StateMachineSafety implements Invariant {
  readonly name = 'state machine safety';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  applied(node: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const entry of entries) {
      const committed = this.#committed.at(entry.index);
      if (committed === undefined) this.#violated(`${node.id} applies entry ${entry.index}, which is not committed`);
      else if (!isSame(committed.entry, entry)) {
        this.#violated(`${node.id} applies entry ${entry.index} of term ${entry.term}, not the one that is committed`);
      }
    }
  }
}
