import type { LogEntry, LogIndex, SnapshotRecord } from '@quorate/raft';
import type { MessageOfKind } from '../host/actor-message.ts';
import type { SimulatedNode, SimulatedProcess } from '../host/simulated-node.ts';
import type { Invariant, Sent, Violated } from './cluster-view.ts';

/**
 * Persistent state is on stable storage before an RPC is answered (Raft figure 2, persistent state): no term, vote, promise or
 * acknowledgement leaves a node, and nothing is applied, before the disk has what it speaks of.
 */
export class WriteBeforeSend implements Invariant {
  readonly name = 'nothing leaves before the write that it depends on';
  readonly sees = [
    'appendEntries',
    'appendEntriesReply',
    'committed',
    'installSnapshot',
    'installSnapshotReply',
    'repairPointReply',
    'requestPreVoteReply',
    'requestVote',
    'requestVoteReply',
    'roundConfirmed',
  ] as const;
  readonly #violated: Violated;
  /** What was sent, by its id. */
  readonly #snapshots = new Map<string, SnapshotRecord>();

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
      case 'repairPointReply':
      case 'appendEntries':
        return this.#termKnown(node, message);
      case 'appendEntriesReply':
        this.#termKnown(node, message);
        if (message.success) this.#onDisk(node, process, message.matchIndex, 'acknowledges');
        return this.#promiseKnown(node, message.promisedMs);
      case 'roundConfirmed':
        return this.#promiseKnown(node, message.promisedMs);
      case 'installSnapshot':
        this.#snapshots.set(message.record.id, message.record);
        return this.#termKnown(node, message);
      case 'installSnapshotReply':
        this.#termKnown(node, message);
        return this.#installed(node, process, message);
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
    message: MessageOfKind<
      | 'appendEntries'
      | 'appendEntriesReply'
      | 'installSnapshot'
      | 'installSnapshotReply'
      | 'repairPointReply'
      | 'requestVoteReply'
      | 'requestPreVoteReply'
    >,
  ): void {
    const { currentTerm } = node.disk.hardState;
    if (message.term > currentTerm) {
      this.#violated(`${node.id} says ${message.kind} in term ${message.term}, its disk has ${currentTerm}`);
    }
  }

  /** Where it was not needed the log has what it covers, and the answer promises nothing. */
  #installed(
    { id: name, disk }: SimulatedNode,
    { storage }: SimulatedProcess,
    { id, nextOffset }: MessageOfKind<'installSnapshotReply'>,
  ): void {
    const record = this.#snapshots.get(id);
    if (record === undefined || nextOffset < record.bytes || storage.firstIndex <= record.index) return;
    if ((disk.snapshot?.index ?? 0) < record.index) {
      this.#violated(`${name} says that it has snapshot ${id}, and its disk has no record of it`);
    }
  }

  /** Else a restart forgets it. */
  #promiseKnown({ id, disk }: SimulatedNode, promisedMs: number): void {
    if (promisedMs <= disk.longestPromiseMs) return;
    this.#violated(`${id} promises ${promisedMs} ms, its disk knows of ${disk.longestPromiseMs}`);
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
