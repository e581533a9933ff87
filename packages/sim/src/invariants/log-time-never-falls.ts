import type { LogEntry } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** Log time never falls along the log, whoever leads: what has expired by it stays so (rule 17 of the design). */
export class LogTimeNeverFalls implements Invariant {
  readonly name = 'log time never falls';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  applied(_node: SimulatedNode, _process: unknown, entries: readonly LogEntry[]): void {
    for (const { index, logTimeMs } of entries) {
      const before = this.#committed.at(index - 1)?.entry;
      if (before === undefined || logTimeMs >= before.logTimeMs) continue;
      this.#violated(`entry ${index} is of log time ${logTimeMs} ms, the one before of ${before.logTimeMs}`);
    }
  }
}
