import type { NodeId, Sender } from '@quorate/actor';
import { applierAt, replicatorAt } from '../addresses.ts';
import { invariant } from '../invariant.ts';
import type { SnapshotRecord } from '../storage/snapshot-files.ts';
import { type LogIndex, logIndex, minIndex } from '../types.ts';
import type { LogState } from './log-state.ts';
import type { LogStoreMessage } from './messages.ts';

type Of<Kind extends LogStoreMessage['kind']> = Extract<LogStoreMessage, { kind: Kind }>;

/** So long, in election timeouts, the log keeps what follows a snapshot that is being sent. */
const pinElectionTimeouts = 10;

/** What the log store does with snapshots: it records them, lets the log begin after them, and takes those that a leader sends (Raft §7). */
export class SnapshotDesk {
  readonly #state: LogState;
  /** By peer, the snapshot that it is being sent: what follows must stay in the log until it has it. */
  readonly #pins = new Map<NodeId, { readonly index: LogIndex; readonly atMs: number }>();

  constructor(state: LogState) {
    this.#state = state;
  }

  /** The file is whole and flushed with its folder: only then may the log be without what it covers. */
  snapshotTaken({ record }: Of<'snapshotTaken'>): void {
    const { storage } = this.#state;
    if (record.index > this.#coveredIndex) {
      invariant(record.index <= this.#state.commitIndex, () => `a snapshot of ${record.index}, which is not committed`);
      storage.setSnapshot(record);
    }
    this.#state.durability.afterWrite(storage.written, () => this.#recorded(record));
  }

  /** Raft figure 13, InstallSnapshot RPC, receiver: the applier keeps the bytes, and says when they are whole. */
  installSnapshot(message: Of<'installSnapshot'>, from: Sender): void {
    const state = this.#state;
    const { record, sequence, offset, bytes, checksum } = message;
    if (message.term < state.currentTerm) return this.#reply(message, from, 0);
    state.observeTerm(message.term);
    invariant(state.leadership === null, () => `${from.node} leads in term ${message.term}, and so does this node`);
    state.watch.heard(from);
    if (record.index <= state.commitIndex) {
      // It may have been installed just now, and be on its way to the disk.
      state.durability.afterWrite(state.storage.written, () => this.#reply(message, from, record.bytes));
      return;
    }
    const chunk = { record, offset, bytes, checksum, term: message.term, sequence, leader: from } as const;
    // The applier answers by itself, in this term.
    state.whenTermFlushed(() => {
      if (state.currentTerm !== message.term) return;
      state.context.send(applierAt(state.context.self), { kind: 'storeChunk', ...chunk });
    });
  }

  /** It has come from a peer, and is whole and flushed: one commit makes it the beginning of the log. */
  snapshotReceived({ record }: Of<'snapshotReceived'>): void {
    const { storage, durability, commitIndex } = this.#state;
    if (record.index > commitIndex) {
      const holds = storage.termAt(record.index) === record.term;
      storage.installSnapshot(record);
      if (!holds) durability.truncated(logIndex(1));
      durability.appended();
      this.#state.raiseCommitIndex(record.index);
      this.#state.logger.info('snapshot installed', { index: record.index, id: record.id });
    } else if (record.index > this.#coveredIndex) {
      // It is late, and takes nothing away. It counts as one of its own: whoever is told of a record lets the files before it go.
      storage.setSnapshot(record);
    }
    durability.afterWrite(storage.written, () => this.#recorded(record));
  }

  /** A replicator wants what the log has no more: it is told what to send instead. */
  tellReplicator(peer: NodeId, sequence: number): void {
    const { context, storage, leadership } = this.#state;
    const { snapshot } = storage;
    invariant(snapshot !== null, () => `the log begins at ${storage.firstIndex}, and there is no snapshot`);
    if (leadership === null) return;
    this.pin(peer, snapshot.index);
    const { token } = leadership;
    context.send(replicatorAt(context.self, peer), { kind: 'snapshotNeeded', token, sequence, record: snapshot });
  }

  /** The peer is being sent the snapshot of `index`. */
  pin(peer: NodeId, index: LogIndex): void {
    this.#pins.set(peer, { index, atMs: this.#state.context.now() });
  }

  /** The log begins as late as the snapshot, its tail and the transfers that are under way allow. */
  compact(): void {
    const { storage, settings, durability } = this.#state;
    const { snapshot } = storage;
    if (snapshot === null || !this.isQuorumAlive) return;
    const through = minIndex(this.#pinnedIndex(), logIndex(Math.max(0, snapshot.index - settings.logTailEntries)));
    if (through < storage.firstIndex || through > durability.durableIndex) return;
    storage.compact(through);
  }

  /**
   * Without a leader nothing goes: too many logs may have records that do not pass their checks, and those here may be the only copies.
   * A leader that has lost its quorum steps down.
   */
  protected get isQuorumAlive(): boolean {
    const { leadership, watch } = this.#state;
    return leadership !== null || watch.hasHeardLately;
  }

  get #coveredIndex(): LogIndex {
    return this.#state.storage.snapshot?.index ?? logIndex(0);
  }

  #pinnedIndex(): LogIndex {
    const { context, settings } = this.#state;
    const sinceMs = context.now() - pinElectionTimeouts * settings.electionTimeoutMaxMs;
    let pinned = logIndex(Number.MAX_SAFE_INTEGER);
    for (const [peer, { index, atMs }] of this.#pins) {
      if (atMs < sinceMs) this.#pins.delete(peer);
      else pinned = minIndex(pinned, index);
    }
    return pinned;
  }

  #recorded(record: SnapshotRecord): void {
    const { context } = this.#state;
    this.compact();
    context.send(applierAt(context.self), { kind: 'snapshotRecorded', record });
  }

  /** `nextOffset` says how far the peer has it: all of it, if its log is beyond. */
  #reply({ record, sequence }: Of<'installSnapshot'>, from: Sender, nextOffset: number): void {
    const state = this.#state;
    state.sendWhenTermFlushed(replicatorAt(state.placeOf(from), state.identity.node), {
      kind: 'installSnapshotReply',
      term: state.currentTerm,
      incarnation: from.incarnation,
      sequence,
      id: record.id,
      nextOffset,
    });
  }
}
