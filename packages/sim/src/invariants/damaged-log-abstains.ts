import type { Disk } from '../disk/disk.ts';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Sent, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/**
 * Corrupt is not absent ("Protocol-Aware Recovery for Consensus-Based Storage", FAST '18): a node whose log was damaged has no say
 * before its disk has again what it had, of all that is committed. In the end it has.
 */
export class DamagedLogAbstains implements Invariant {
  readonly name = 'a damaged log has no say';
  readonly sees = ['requestVote', 'requestVoteReply', 'requestPreVoteReply', 'appendEntriesReply'] as const;
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  sent({ node, message }: Sent): void {
    const { beforeDamage } = node.disk;
    if (beforeDamage === null) return;
    if (message.kind === 'appendEntriesReply' && (message.isRepairing || !message.success)) return;
    if ('voteGranted' in message && !message.voteGranted) return;
    const missing = this.#firstMissing(node.disk, beforeDamage);
    if (missing !== null) this.#violated(`${node.id} says ${message.kind}, and its disk has lost entry ${missing}`);
  }

  atRest(nodes: readonly SimulatedNode[]): void {
    for (const { id, disk } of nodes) {
      if (disk.beforeDamage !== null) this.#violated(`the log of ${id} was damaged and is not whole again`);
    }
  }

  /** The first committed entry that the disk had and has no more. */
  #firstMissing(disk: Disk, before: Disk): number | null {
    for (let index = disk.base.index + 1; index <= this.#committed.lastIndex; index += 1) {
      const committed = this.#committed.at(index)?.entry;
      if (committed === undefined || before.lastIndex < index) return null;
      const had = index <= before.base.index || before.entryAt(index)?.term === committed.term;
      if (had && disk.entryAt(index)?.term !== committed.term) return index;
    }
    return null;
  }
}
