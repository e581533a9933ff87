import type { AttributedChange, CompactResult, HistoryState, Retention } from './history.ts';
import type { Leases } from './lease/leases.ts';
import type { Election, HeldLock, LockOptions } from './lock/lock.ts';
import type { ClusterMembers, MemberChanges, MembersChanged } from './members.ts';
import type {
  CallOptions,
  CommittedOptions,
  CompactOptions,
  GetOptions,
  HistoryOptions,
  ListOptions,
  LiveViewOptions,
  NodeOptions,
  PutOptions,
  ReadOptions,
  StateOptions,
  TransactionOptions,
  WatchOptions,
  WriteOptions,
} from './options.ts';
import type { Quotas } from './quota/quotas.ts';
import type { Schemas } from './schema/schemas.ts';
import type { NodeSnapshot, SaveSnapshotOptions, SnapshotInfo } from './snapshots.ts';
import type { Fence, Transaction, TransactionResult } from './transaction.ts';
import type { LiveView, StateOrChanges, Watch } from './watch.ts';
import type { SlowestOptions, SlowWrite, TappedMessage, TracedPut, TracePutOptions } from './write-trace.ts';

/** One key as it stands. */
export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  /** The revision at which the key last came to exist. */
  readonly createRevision: bigint;
  /** The revision of its last change: what `ifRevision` is compared with. */
  readonly modRevision: bigint;
  /** How often it was written since it came to exist; 1n for a new key. */
  readonly version: bigint;
  /** The lease that the key goes with; null if it goes with none. */
  readonly lease: bigint | null;
  /** A media type, such as `application/json`; null if its writer named none. */
  readonly contentType: string | null;
}

/** What became of a `put`. */
export interface PutResult {
  /** The store's revision that the write made. */
  readonly revision: bigint;
}

/** What became of a `delete`. */
export interface DeleteResult {
  /** The store's revision after it: that of the change, if it made one. */
  readonly revision: bigint;
  /** Whether the key existed. */
  readonly deleted: boolean;
}

/** A key as it stood when it was read. */
export interface ReadResult {
  /** Null if it does not exist. */
  readonly entry: Entry | null;
  /** The store's revision at that moment: as `minRevision` it makes a later read, of any node, show no less. */
  readonly revision: bigint;
  /** The end of the log that the answer shows. */
  readonly appliedIndex: bigint;
}

/** What is known of a key beside its value. */
export type KeyInfo = Omit<Entry, 'value'>;

/** A page of keys, read at one moment. */
export interface Page<Item> {
  readonly entries: readonly Item[];
  /** Whether keys may come after this page. */
  readonly more: boolean;
  /** The key that the next page comes after; null if this is the last one. */
  readonly nextAfter: string | null;
  /** The store's revision at that moment. Two pages of one list may differ in it. */
  readonly revision: bigint;
  /** The end of the log that the page shows. */
  readonly appliedIndex: bigint;
}

/** The keys of a list, in the order of their UTF-8 bytes. Nothing is asked for until it is iterated. */
export interface List<Item> extends AsyncIterable<Item> {
  /** The same, page by page. */
  pages(): AsyncIterableIterator<Page<Item>>;
}

/** A page of entries. */
export type EntryPage = Page<Entry>;

/** A list of entries. */
export type EntryList = List<Entry>;

/** Where a write stands in its session. */
export interface CommittedPlace {
  /** The session's id, which the entry that opened it gave. */
  readonly session: bigint;
  /** The write's number: it is done when it comes first, and never again. */
  readonly sequence: bigint;
  /** The client waits for no write at or below it any more. */
  readonly floor: bigint;
}

/** A command in the log. The same write of a session may stand there more than once; it was done once. */
export type CommittedCommand =
  | (CommittedWrite & { readonly fence?: Fence; readonly inSession?: CommittedPlace })
  | { readonly kind: 'openSession'; readonly ttlMs: number }
  | { readonly kind: 'keepSession'; readonly session: bigint; readonly floor: bigint }
  | { readonly kind: 'closeSession'; readonly session: bigint };

/** A write in the log. */
export type CommittedWrite =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      readonly contentType?: string;
      readonly lease?: bigint;
      readonly ifRevision?: bigint;
    }
  | { readonly kind: 'delete'; readonly key: string; readonly ifRevision?: bigint }
  | ({ readonly kind: 'txn' } & Required<Transaction>)
  | { readonly kind: 'compact'; readonly revision: bigint | null }
  | { readonly kind: 'setRetention'; readonly retention: Retention }
  | { readonly kind: 'grantLease'; readonly ttlMs: number; readonly owner?: string }
  | { readonly kind: 'keepLease' | 'revokeLease'; readonly lease: bigint; readonly owner?: string }
  | {
      readonly kind: 'setQuota';
      readonly prefix: string;
      readonly maxKeys: number | null;
      readonly maxBytes: number | null;
    }
  | { readonly kind: 'deleteQuota' | 'deleteSchema'; readonly prefix: string }
  | {
      readonly kind: 'setSchema';
      readonly prefix: string;
      readonly schema: string;
      readonly checkedRevision: bigint | null;
    };

/** One committed entry of the log. That a command is committed does not say that it changed anything: its `ifRevision` may not have held. */
export interface CommittedEntry {
  readonly index: bigint;
  readonly term: bigint;
  /** A new leader commits a `noop` first, and one when a lease is over; `configuration` changes the members. */
  readonly kind: 'command' | 'noop' | 'configuration';
  /** When it got its place in the log, in microseconds since the epoch: close to real time, the same on every node, and higher with each entry. */
  readonly timestampUs: bigint;
  /** How long the log has had a leader, in milliseconds: time in which nobody led does not count. It never falls. */
  readonly logTimeMs: bigint;
  /** Null if the entry has none, or one that this version of the SDK does not know. */
  readonly command: CommittedCommand | null;
  /** The command's bytes, as they stand in the log. */
  readonly commandBytes: Uint8Array;
  /** Optional fields of the entry, such as `traceparent`. */
  readonly fields: Readonly<Record<string, string | number>>;
}

/** A voter: a node with the data folder that it had when it joined. */
export interface Voter {
  readonly id: string;
  readonly storageId: string;
}

/** A member without a vote. */
export interface Learner extends Voter {
  /** Whether it gets a vote by itself when it has caught up. */
  readonly isPromotedWhenCaughtUp: boolean;
  /** The member that goes when this one gets a vote; null if none does. */
  readonly replaces: string | null;
}

/** How a member stands by the leader's failure detector: heard of late; silent for two heartbeats; asked, after three that it did not answer; and silent for another second. */
export type PeerStage = 'alive' | 'suspect' | 'probe' | 'offline';

/** How much of a snapshot a peer has stored. */
export interface SnapshotTransfer {
  readonly storedBytes: number;
  readonly totalBytes: number;
}

/** What a leader knows of one peer. */
export interface PeerStatus {
  readonly id: string;
  readonly matchIndex: bigint;
  /** How many entries of the leader's log the peer is not known to have. */
  readonly lag: bigint;
  /** Of the heartbeats of late, on average; null until it is measured. */
  readonly roundTripMs: number | null;
  /** The share of the heartbeats of late that were not answered in time, 0 to 1; null until it is measured. */
  readonly loss: number | null;
  /** How long ago the leader heard of it. */
  readonly lastContactMs: number;
  readonly stage: PeerStage;
  readonly state: 'probe' | 'replicate' | 'snapshot' | 'repair';
  /** Null if it is not being sent a snapshot. */
  readonly transfer: SnapshotTransfer | null;
  /** Null until something is known of its clocks, and when nothing was heard of them for ten seconds. */
  readonly clock: ClockStatus | null;
}

/** What a leader knows of a member's clocks. */
export interface ClockStatus {
  /** How far the wall clock is from the time of the group, as a majority of the voters' clocks has it, and how much of that may be wrong. */
  readonly offsetMs: number;
  readonly uncertaintyMs: number;
  /** How much faster the monotonic clock runs than the leader's, in parts in a million; null in the leader itself, and until it is measured. */
  readonly driftPpm: number | null;
  readonly driftUncertaintyPpm: number | null;
  /** The wall clock is farther from the time of the group than it may. */
  readonly isOff: boolean;
  /** The monotonic clock runs so fast or slow that no lease may rest on it. */
  readonly isDrifting: boolean;
}

/** How a leader's lease stands. */
export interface LeaseStatus {
  /** Whether linearizable reads are answered from it now. */
  readonly isValid: boolean;
  /** How many reads of this leadership might have been, and took a round of confirmation instead. */
  readonly fallbacks: number;
}

/** What a leader has on hand. */
export interface LoadStatus {
  /** Of the writes that wait for a place in its log, or have one and are not committed. */
  readonly uncommittedBytes: number;
  /** How many writes of this leadership were refused with `Overloaded`. */
  readonly refused: number;
}

/** The file system that a node's data folder is on. */
export interface DiskStatus {
  readonly freeBytes: number;
  /** So much has to be free; while it is low, so much as ends that. */
  readonly neededBytes: number;
  readonly isLow: boolean;
}

/** What the NATS server takes that a node is connected to (`max_payload`). */
export interface PayloadStatus {
  readonly maxBytes: number;
  /** The longest messages between nodes. */
  readonly neededBytes: number;
  readonly isLow: boolean;
}

/** Two states of one group differ that should be equal. */
export interface Parting {
  /** The node whose state differs: from that of whoever tells of it, or from those of all others if it tells of itself. */
  readonly node: string;
  /** The first revision at which they differ, as far back as history goes. */
  readonly revision: bigint;
  /** Whether a quorum has the other state, so that this one is wrong. */
  readonly isOdd: boolean;
}

/** How a node stands, by its own account. */
export interface NodeStatus extends Voter {
  /** Of the operating system's process. */
  readonly pid: number;
  /** The version of Quorate that it runs. */
  readonly version: string;
  /** `spent`: the cluster knows its id with another data folder, or has removed it. */
  readonly formation: 'unformed' | 'formed' | 'spent';
  readonly clusterId: string | null;
  /** Null in a node that is in no cluster; `removed` in one that was, and is no member any more. */
  readonly role: 'leader' | 'follower' | 'candidate' | 'learner' | 'removed' | null;
  readonly term: bigint;
  /** The leader as this node knows it. */
  readonly leader: string | null;
  readonly commitIndex: bigint;
  readonly lastApplied: bigint;
  readonly lastLogIndex: bigint;
  /** The first index that is kept. */
  readonly firstIndex: bigint;
  /** How the log was damaged, in a node that has not got all of it again: it takes part in no quorum until then. Null in all others. */
  readonly damage: string | null;
  /** Empty but in a leader. */
  readonly peers: readonly PeerStatus[];
  /** Null but in a leader. */
  readonly lease: LeaseStatus | null;
  /** Its own clocks, as a leader knows them; null in all others. */
  readonly clock: ClockStatus | null;
  /** Null but in a leader. */
  readonly load: LoadStatus | null;
  /** The states that differ from this node's, or that this node's is the odd one: then it serves nobody. Empty in a group that is well. */
  readonly partings: readonly Parting[];
  /** How many messages it dropped unread, by kind. */
  readonly dropped: Readonly<Record<string, number>>;
  /** As it was last looked at; null if it could not be. */
  readonly disk: DiskStatus | null;
  /** Null while it is not connected. */
  readonly payload: PayloadStatus | null;
  /** The code of the error by which this node refuses writes that need room; null while it takes them. */
  readonly writesRefused: 'DiskSpaceLow' | null;
  /** The members, as the node's log has them. */
  readonly voters: readonly Voter[];
  /** While the voters change: those before. */
  readonly outgoingVoters: readonly Voter[];
  readonly learners: readonly Learner[];
  /** The ids that were removed: none comes back. */
  readonly removed: readonly string[];
}

/** A member that did not answer. */
export interface UnreachableNode extends Voter {
  readonly role: 'unreachable';
}

/** A node that answered, or a member that did not. */
export type MemberStatus = NodeStatus | UnreachableNode;

/** How a group stands. */
export interface ClusterStatus {
  /** The leader of the highest term; null if no node that answered knows one. */
  readonly leader: string | null;
  /** Every node that answered and every member that did not, by id. */
  readonly nodes: readonly MemberStatus[];
  /** Nodes that answered for another cluster that has the same name, such as the one before a restore, which should not run there; absent if there are none. */
  readonly foreign?: readonly ForeignNode[];
}

/** A node of another cluster of the same name. */
export interface ForeignNode {
  readonly id: string;
  readonly clusterId: string;
}

/**
 * A replicated config store. Its reads are linearizable, whichever node answers, unless `consistency` says otherwise.
 *
 * Beside the errors that each method names, every call may throw
 * `InvalidRequest` (an option is wrong), `NoLeader` (none was found in time; a write was not made), `Unavailable` (no node answers, or NATS
 * cannot be reached; a write was not made), `Unformed` and `NodeSpent` (what the nodes answered instead), `Timeout` (no answer to a read in
 * time, or none to opening the session of a write, which was not made), `TooManySessions` (the group can have no other; a write was not made), `MalformedMessage` (a node
 * speaks another version), `NotPermitted` (by NATS, with these credentials), `StoreClosed`, and the reason of its AbortSignal.
 */
export interface Store {
  /**
   * Writes a key. A write whose answer is lost is sent again, and made once; it is `OutcomeUnknown` if there is none until the deadline. In a store without sessions one that
   * may have reached a node is not sent again: if its answer is lost, that is `OutcomeUnknown`.
   * @throws {InvalidKey | KeyTooLarge | ValueTooLarge | InvalidContentType | InvalidRevision | RevisionMismatch | QuotaExceeded | SchemaViolation | DiskSpaceLow | OutcomeUnknown}
   * @throws {InvalidLease | UnknownLease | LeaseExpired | LeaseFull} of its lease; and, of a `fence`, as any write: `InvalidFence`, `LockLost`
   */
  put(key: string, value: string | Uint8Array, options?: PutOptions): Promise<PutResult>;

  readonly leases: Leases;

  readonly quotas: Quotas;

  readonly schemas: Schemas;

  /**
   * Takes a lock: the key `name`, which goes with a lease that is kept alive. Those who wait get it in the order in which they came. Write with it as `fence`: a program that
   * was stopped while its lock went to another cannot know, and the nodes do.
   * @throws {LockHeld} after `waitMs`, and the reason of the signal
   * @throws {InvalidKey | KeyTooLarge | InvalidLease | InvalidRequest}
   */
  lock(name: string, options?: LockOptions): Promise<HeldLock>;

  /** Takes one of so many permits, as `lock` does; whoever names another number goes by that. @throws what `lock` throws */
  semaphore(name: string, permits: number, options?: LockOptions): Promise<HeldLock>;

  /** An election among applications: a lock whose holder is the leader, and says what others need to know of it. */
  election(name: string): Election;

  /** Reads a key; null if it does not exist. @throws {InvalidKey | KeyTooLarge} and what `read` throws */
  get(key: string, options?: GetOptions): Promise<Entry | null>;

  /**
   * Reads a key as `get` does, and tells at which revision.
   * @throws {InvalidKey | KeyTooLarge | RevisionCompacted}
   * @throws {TooStale} if no node could prove in time that it is as fresh as a bounded read wants it
   * @throws {RevisionNotWritten | NotYetApplied | InvalidRevision} of `minRevision`, or of `revision`: there is none yet; or no node got there in time, and none could ask a leader
   */
  read(key: string, options?: GetOptions): Promise<ReadResult>;

  /** Removes a key. @throws {InvalidKey | KeyTooLarge | InvalidRevision | RevisionMismatch | OutcomeUnknown} */
  delete(key: string, options?: WriteOptions): Promise<DeleteResult>;

  /**
   * Does several things at one revision, or others if what is compared does not hold: all of it or nothing. No key may be written twice.
   * @throws {InvalidKey | KeyTooLarge | InvalidRange | ValueTooLarge | InvalidContentType | InvalidRevision | InvalidLimit | InvalidCommand}
   * @throws {TransactionTooLarge | KeyWrittenTwice | QuotaExceeded | SchemaViolation | DiskSpaceLow | OutcomeUnknown}
   */
  txn<const Ran extends Transaction>(transaction: Ran, options?: TransactionOptions): Promise<TransactionResult<Ran>>;

  /**
   * Lists keys. Each page is read at one moment; what changes between two pages may be seen in one and not in the other, unless `revision` or
   * `atOneRevision` is given.
   * @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidLimit | InvalidRevision | InvalidQuery} at once
   * @throws {RevisionCompacted} and what `read` throws, from the iteration
   */
  list(options?: ListOptions): EntryList;

  /** The same without the values. */
  keys(options?: ListOptions): List<KeyInfo>;

  /** What became of a key, from the newest change back to the one that made what was there at the oldest revision that is kept. @throws {InvalidKey | KeyTooLarge | InvalidLimit | InvalidRevision} at once */
  history(key: string, options?: HistoryOptions): AsyncIterable<AttributedChange>;

  /** How much history there is, and is kept. */
  historyState(options?: CallOptions & NodeOptions & ReadOptions): Promise<HistoryState>;

  /** Sets how much history is kept. @throws {InvalidRetention | OutcomeUnknown} */
  setRetention(retention: Retention, options?: TransactionOptions): Promise<void>;

  /** Forgets what was before a revision, and resolves when nothing of it is left on the nodes' disks but free room. @throws {InvalidRevision | RevisionNotWritten | OutcomeUnknown} */
  compact(options?: CompactOptions): Promise<CompactResult>;

  /**
   * Every committed entry from `fromIndex` on, each once and in order, across changes of leader and lost messages. It goes on
   * until it is ended: with `break` or `return`, by closing the store, or with the signal, whose reason it then throws.
   * @throws {Compacted} from the iteration, if `fromIndex`, or what a slow consumer comes to next, is below the first index that is kept
   */
  committed(options: CommittedOptions): AsyncIterableIterator<CommittedEntry>;

  /**
   * The changes of a key, of those that begin with a prefix, or of a range: in order, each once, from any revision that is kept, and whatever fails meanwhile. Any node gives
   * them, from its own disk; another goes on when it is gone. It goes on until it is ended: with `break` or `return`, by closing the store, or
   * with the signal, whose reason it then throws.
   * @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidRevision | InvalidQuery} at once
   * @throws {RevisionCompacted} from the iteration, if `fromRevision`, or what a slow consumer comes to next, is not kept any more
   * @throws {AnotherCluster} from the iteration, if another cluster has its name now, such as one that was restored
   */
  watch(options?: WatchOptions): Watch;

  /**
   * The state of some keys at one revision, and then what each later revision changes in it, without a gap. If compaction overtakes a consumer that is slow the state comes once
   * more, as it is then.
   * @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidQuery} at once
   */
  snapshotAndWatch(options?: StateOptions): AsyncIterableIterator<StateOrChanges>;

  /** Some keys as they stand, kept up to date until it is closed, or the store is. @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidQuery} */
  liveView(options?: LiveViewOptions): Promise<LiveView>;

  /** Asks all nodes how they stand, and waits a second at most for those that are listed and silent. */
  status(options?: CallOptions): Promise<ClusterStatus>;

  /** Asks all nodes who the members are, and how far each is, as the leader has it. */
  members(options?: CallOptions): Promise<ClusterMembers>;

  /**
   * Changes the members, all in one step: who comes as a learner, which learners get a vote, and who goes. It resolves when the change is
   * committed. A machine that is to come has to run: it is asked which data folder it has.
   * @throws {MembersUnchanged} whose code says why; nothing was changed
   * @throws {JoinRefused} if a machine that is to come does not answer, or belongs to another cluster; nothing was changed
   * @throws {OutcomeUnknown} if the change may have been made, or may yet be: `members` shows it
   */
  changeMembers(changes: MemberChanges, options?: CallOptions): Promise<MembersChanged>;

  /**
   * Hands leadership to `node`, or to the voter that has most of the log; resolves with the new leader.
   * @throws {MembersUnchanged} whose code says why; the leader stays
   */
  transfer(node?: string, options?: CallOptions): Promise<string>;

  /**
   * Has a node take a snapshot of what it has applied, unless it has one already. `timeoutMs` is 60,000 if not given.
   * @throws {SnapshotProblem} `SnapshotFailed`
   */
  takeSnapshot(node: string, options?: CallOptions): Promise<NodeSnapshot>;

  /**
   * Writes a snapshot file of all that is committed now, or a little later, from which `restoreCluster` makes a cluster. It comes from one
   * of the nodes in stretches, and the file appears when all of it is there, verified and flushed; else there is nothing.
   * @throws {InvalidRequest} if the file exists and is not to be replaced, or cannot be written
   * @throws {SnapshotProblem} if no node could give one, after several tries
   */
  saveSnapshot(file: string, options?: SaveSnapshotOptions): Promise<SnapshotInfo>;

  /**
   * Writes a key as `put` does, but sends it once and without a session, and tells where its time went, stage by stage and node by node: it asks the nodes, which remember
   * it. For people, and not for every write. @throws what `put` throws
   */
  tracePut(key: string, value: string | Uint8Array, options?: TracePutOptions): Promise<TracedPut>;

  /** The writes that took longest from the leader's taking them to their result, of those that the nodes remember, slowest first. */
  slowest(options?: SlowestOptions): Promise<readonly SlowWrite[]>;

  /**
   * What an actor of a node is told, from now on, until it is ended as `committed` is: for people who look how nodes work. Of bytes it has the number only. If there is too
   * much of it a part is shown, and how much is not.
   * @throws {InvalidRequest} at once, if there is no such actor
   */
  tap(node: string, actor: string, options?: CallOptions): AsyncIterableIterator<TappedMessage>;

  /** Ends all calls and iterations, and the connection if the store made it. */
  close(): Promise<void>;
}
