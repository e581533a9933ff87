import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** A hybrid logical clock never goes back (Kulkarni et al., OPODIS 2014, theorem 1): each entry of the log has a later timestamp than the one before, whoever led then. */
export class TimestampsRise implements Invariant {
  readonly name = 'timestamps rise along the log';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  applied(_node: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const { index, timestampUs } of entries) {
      const before = this.#committed.at(index - 1)?.entry;
      if (before === undefined || timestampUs > before.timestampUs) continue;
      this.#violated(`entry ${index} is of ${timestampUs} µs, the one before of ${before.timestampUs}`);
    }
  }
}
