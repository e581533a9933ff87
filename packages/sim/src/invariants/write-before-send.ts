import type { LogEntry, LogIndex } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/**
 * Persistent state is on stable storage before an RPC is answered (Raft figure 2, persistent state): no term, vote or
 * acknowledgement leaves a node, and nothing is applied, before the disk has what it speaks of.
 */
export class WriteBeforeSend implements Invariant {
  readonly name = 'nothing leaves before the write that it depends on';
  readonly sees = [
    'appendEntries',
    'appendEntriesReply',
    'committed',
    'requestPreVoteReply',
    'requestVote',
    'requestVoteReply',
  ] as const;
  readonly #violated: Violated;

  constructor(violated: Violated) {
    this.#violated = violated;
  }

  sent({ node, process, to, message }: Sent): void {
    switch (message.kind) {
      case 'requestVote':
        return this.#voted(node, message.term, node.id);
      case 'requestVoteReply':
        return message.voteGranted ? this.#voted(node, message.term, to.node) : this.#termKnown(node, message);
      case 'requestPreVoteReply':
      case 'appendEntries':
        return this.#termKnown(node, message);
      case 'appendEntriesReply':
        this.#termKnown(node, message);
        if (message.success) this.#onDisk(node, process, message.matchIndex, 'acknowledges');
        return;
      case 'committed':
        return this.#onDisk(node, process, message.index, 'lets its applier apply');
      default:
        return;
    }
  }

  applied(node: SimulatedNode, process: SimulatedProcess, entries: readonly LogEntry[]): void {
    const last = entries.at(-1);
    if (last !== undefined) this.#onDisk(node, process, last.index, 'applies');
  }

  #termKnown(
    node: SimulatedNode,
    message: MessageOfKind<'appendEntries' | 'appendEntriesReply' | 'requestVoteReply' | 'requestPreVoteReply'>,
  ): void {
    const { currentTerm } = node.disk.hardState;
    if (message.term > currentTerm) {
      this.#violated(`${node.id} says ${message.kind} in term ${message.term}, its disk has ${currentTerm}`);
    }
  }

  #voted(node: SimulatedNode, inTerm: number, candidate: string): void {
    const { currentTerm, votedFor } = node.disk.hardState;
    const isThere = currentTerm > inTerm || (currentTerm === inTerm && votedFor === candidate);
    if (!isThere) {
      this.#violated(
        `${node.id} votes for ${candidate} in term ${inTerm}, its disk has ${votedFor} in term ${currentTerm}`,
      );
    }
  }

  #onDisk(node: SimulatedNode, { storage }: SimulatedProcess, index: LogIndex, what: string): void {
    if (index <= node.disk.base.index) return;
    const onDisk = node.disk.termAt(index);
    // Compacted in memory already, and on disk not yet.
    if (index < storage.firstIndex - 1 && onDisk !== null) return;
    if (onDisk !== null && onDisk === storage.termAt(index)) return;
    this.#violated(
      `${node.id} ${what} up to ${index} of term ${storage.termAt(index)}, its disk has ${onDisk ?? 'nothing'} there`,
    );
  }
}
