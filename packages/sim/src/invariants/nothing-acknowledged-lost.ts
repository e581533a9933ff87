import type { LogIndex } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';
import type { ClusterView, Invariant, Violated } from './cluster-view.ts';
import type { CommittedEntries } from './committed-entries.ts';

/** What a client was told is done stays done (Raft §8 and §5.4): it is committed when it is told, and in every log in the end. */
export class NothingAcknowledgedLost implements Invariant {
  readonly name = 'nothing acknowledged is lost';
  readonly #violated: Violated;
  readonly #committed: CommittedEntries;
  readonly #acknowledged = new Map<number, Uint8Array>();

  constructor(violated: Violated, _view: ClusterView, committed: CommittedEntries) {
    this.#violated = violated;
    this.#committed = committed;
  }

  acknowledged(index: LogIndex, command: Uint8Array): void {
    if (this.#acknowledged.has(index)) this.#violated(`two commands were acknowledged at ${index}`);
    this.#acknowledged.set(index, command);
    if (this.#committed.at(index)?.entry.command !== command) {
      this.#violated(`a command was acknowledged at ${index}, where another is committed, or none`);
    }
  }

  atRest(nodes: readonly SimulatedNode[]): void {
    for (const { id, disk } of nodes) {
      for (const [index, command] of this.#acknowledged) {
        if (index > disk.base.index && disk.entryAt(index)?.command !== command)
          this.#violated(`${id} has lost entry ${index}`);
      }
    }
  }
}
