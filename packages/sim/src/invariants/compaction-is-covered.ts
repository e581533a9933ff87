import { isWhole } from '../disk/stored-snapshot.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** A log loses only what a snapshot covers that is whole and on disk, and only what is committed (Raft §7). */
export class CompactionIsCovered implements Invariant {
  readonly name = 'compaction is covered by a snapshot';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  compactionStaged(node: SimulatedNode, _process: unknown, through: number): void {
    const covering = [...node.disk.snapshots.values()].some(
      (stored) => stored.entries.length >= through && isWhole(stored),
    );
    if (!covering) this.#violated(`${node.id} compacts its log up to ${through}, which no snapshot on its disk covers`);
    if (through > this.#committed.lastIndex) {
      this.#violated(`${node.id} compacts its log up to ${through}, which is not committed`);
    }
  }
}
