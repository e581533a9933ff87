import type { SnapshotRecord } from '@quorate/raft';
import { isContentOf, isWhole } from '../disk/stored-snapshot.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/**
 * A log has a record only of a snapshot that is whole and flushed, holds what the record says and nothing that is not committed, and stays until
 * its successor has a record on disk: a crash at any point leaves the old state or the new one (Raft §7, figure 13).
 */
export class SnapshotsAreThere implements Invariant {
  readonly name = 'a snapshot that has a record is there';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  started(node: SimulatedNode): void {
    const { snapshot } = node.disk;
    if (snapshot !== null) this.#check(node, snapshot);
  }

  snapshotStaged(node: SimulatedNode, _process: unknown, record: SnapshotRecord): void {
    this.#check(node, record);
  }

  fileRemoved({ id: name, disk }: SimulatedNode, _process: unknown, id: string): void {
    if (disk.snapshot?.id === id)
      this.#violated(`${name} removes snapshot ${id}, the newest that its disk has a record of`);
  }

  #check({ id: name, disk }: SimulatedNode, { id, index, term }: SnapshotRecord): void {
    const stored = disk.snapshots.get(id);
    if (stored === undefined || !isWhole(stored)) {
      return this.#violated(`${name} has a record of snapshot ${id}, which is not whole on its disk`);
    }
    const last = stored.entries.at(-1);
    if (!isContentOf(id, stored) || last?.index !== index || last.term !== term) {
      return this.#violated(`${name} has a record of snapshot ${id}, and its file holds something else`);
    }
    if (index > this.#committed.lastIndex) this.#violated(`${name} has a snapshot of ${index}, which is not committed`);
  }
}
