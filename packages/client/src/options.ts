import type { ConnectionOptions, NatsConnection } from 'nats';
import type { Fence } from './transaction.ts';
import type { ViewChange } from './watch.ts';

/** Where the nodes of a group are reached, and how. */
export interface ConnectOptions {
  /** NATS servers, tried in random order; `nats://127.0.0.1:4222` if neither these nor `nats.servers` are given. */
  readonly servers?: string | readonly string[];
  /** The cluster's name; `main` if not given. */
  readonly cluster?: string;
  /** The group within the cluster; `config` if not given. */
  readonly group?: string;
  /** How long a call may take that does not say so itself; 5,000 if not given. */
  readonly timeoutMs?: number;
  /**
   * Whether writes go in a session, which the first of them opens: true if not given. A write of a session is sent again when its answer is lost, to another node if need be, and is
   * done once. Without one it is sent once, and a lost answer is `OutcomeUnknown`; that saves a round trip to a program that writes once.
   */
  readonly sessions?: boolean;
  /** Who writes: it stands in the history of what is written, as a remark that nobody checks. 1 to 128 characters without control characters; nothing if not given. */
  readonly client?: string;
  /**
   * Anything else that the `nats` package takes: `authenticator`, `user`, `pass`, `token`, `tls`, `name`, `inboxPrefix` and so on.
   * What it has about reconnecting is not used: the SDK dials again by itself, for as long as it is open.
   */
  readonly nats?: ConnectionOptions;
  /**
   * A connection to use instead of making one, for a program that has one already. It stays the caller's: `close` does not close it, and
   * once it is closed, or has given up on reconnecting, all calls fail with `Unavailable`.
   */
  readonly connection?: NatsConnection;
  /** Ends the attempt to connect; it is not heeded once `connect` has resolved. */
  readonly signal?: AbortSignal;
}

/** What every call takes. */
export interface CallOptions {
  /** How long the call may take in all, retries included: an integer from 1 to 600,000. */
  readonly timeoutMs?: number;
  /** Ends the call, which then rejects with the signal's reason. A write that was sent already may still be made. */
  readonly signal?: AbortSignal;
}

/** For calls that one node can be asked for by name. */
export interface NodeOptions {
  /** Ask this node and no other. Its answer is as linearizable as any, unless a bounded or local read is asked for: it asks the leader. */
  readonly node?: string;
}

/** How fresh a read is: see `ReadOptions`. */
export type ReadConsistency = 'linearizable' | 'readIndex' | 'bounded' | 'local';

/** For reads. */
export interface ReadOptions {
  /**
   * `linearizable`, the default: it shows all that was acknowledged before it was asked; the leader answers from its lease, or asks a quorum.
   * `readIndex`: the same, and a quorum is always asked. `bounded`: it shows all that was acknowledged longer than `maxStalenessMs` ago;
   * any node answers that can prove it, without asking anyone if it can. `local`: whatever the asked node, any if none is
   * named, has applied; it asks no leader and needs no quorum. What it shows was committed, and may be old; one node that is not restarted
   * meanwhile never goes back, two nodes may differ.
   */
  readonly consistency?: ReadConsistency;
  /** Of a `bounded` read, and of no other: a number of milliseconds from 0. The node measures it from when it takes the request. */
  readonly maxStalenessMs?: number;
  /**
   * The state that is read is of this revision or a later one: that of an answer which this or another process had before, from whichever
   * node. A node that is not so far waits, or asks the leader. If nobody has written it: `RevisionNotWritten`.
   */
  readonly minRevision?: bigint;
}

/** For reads of the past. */
export interface PastOptions {
  /** As it was after this revision; as it is if not given. `RevisionCompacted` if that is not kept any more, `RevisionNotWritten` if it is not there yet. */
  readonly revision?: bigint;
}

/** Options of `get` and `read`. */
export interface GetOptions extends CallOptions, NodeOptions, ReadOptions, PastOptions {}

/** Options of `put` and `delete`. */
export interface WriteOptions extends TransactionOptions {
  /** Write only if the key was last changed at this revision; 0n: only if it does not exist. Else `RevisionMismatch`. */
  readonly ifRevision?: bigint;
}

/** Options of `put`. */
export interface PutOptions extends WriteOptions {
  /** What the value is: a media type such as `application/json`, of at most 127 characters. It stands with the value until the key is written again. */
  readonly contentType?: string;
  /** The lease that the key is to go with: it is removed when that ends. It goes with none if not given, also if it did before. */
  readonly lease?: bigint;
}

/** Options of `txn`, and of what else goes through the log. */
export interface TransactionOptions extends CallOptions, NodeOptions {
  /** Only if that lock is held: a `HeldLock` is one. Else `LockLost`. */
  readonly fence?: Fence;
}

/** Options of `history`. The time of `timeoutMs` is that of each page. */
export interface HistoryOptions extends CallOptions, NodeOptions, ReadOptions {
  /** Only changes of earlier revisions than this. */
  readonly before?: bigint;
  /** At most so many changes a page, from 1 to 1,000; 100 if not given. It bounds one message, not the history. */
  readonly pageLimit?: number;
}

/** Options of `compact`. */
export interface CompactOptions extends TransactionOptions {
  /** Forget what was before this revision; only what is beyond the retention if not given. */
  readonly revision?: bigint;
}

/** Options of `list` and `keys`. The time of `timeoutMs` is that of each page. */
export interface ListOptions extends CallOptions, NodeOptions, ReadOptions, PastOptions {
  /** Only keys that begin with this; all keys if neither this nor `from` is given. */
  readonly prefix?: string;
  /** Only keys from this one on, which goes with `to` and not with `prefix`. */
  readonly from?: string;
  /** Only keys before this one. */
  readonly to?: string;
  /** All pages as of one revision, which is that of the first: what changes meanwhile is seen in none of them. */
  readonly atOneRevision?: boolean;
  /** Only keys after this one, in the order of their UTF-8 bytes. */
  readonly after?: string;
  /** At most so many entries a page, from 1 to 1,000; 100 if not given. It bounds one message, not the list. */
  readonly pageLimit?: number;
}

/** Options of `committed`. */
export interface CommittedOptions {
  /** The first index to deliver, from 1n. `Compacted` if it is not kept any more. */
  readonly fromIndex: bigint;
  /** Ends the iteration, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Gives up if no node answers for so long, with what the last attempt came to; without it the iteration waits for ever. */
  readonly timeoutMs?: number;
}

/** Options of `watch`. */
export interface WatchOptions extends WatchedKeys {
  /** The first revision whose changes are given; those after what is committed when the iteration begins if not given. One that is not written yet is waited for. */
  readonly fromRevision?: bigint;
  /** Only puts, or only deletes; both if not given. */
  readonly filter?: 'put' | 'delete';
  /** Whether each change comes with what it replaced. */
  readonly previous?: boolean;
  /** Ends the iteration, which then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Gives up if no node answers for so long, with what the last attempt came to; without it the iteration waits for ever. */
  readonly timeoutMs?: number;
}

/** Which keys: one, those that begin with a text, or those from one to before another; all if nothing is given. */
export interface WatchedKeys {
  readonly key?: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
}

/** Options of `snapshotAndWatch`. */
export interface StateOptions
  extends Omit<WatchedKeys, 'key'>,
    Pick<WatchOptions, 'previous' | 'signal' | 'timeoutMs'> {}

/** Options of `liveView`. */
export interface LiveViewOptions extends Omit<StateOptions, 'previous'> {
  /** Told after each revision that changed something in it; what it throws ends the view. */
  readonly onChange?: (change: ViewChange) => void;
}
