import type { CallOptions, NodeOptions, ReadOptions, TransactionOptions } from '../options.ts';

/** Who a lease is said to belong to. */
export interface LeaseOwner {
  /** The lease's owner, if it has one: 1 to 128 characters. Another's lease is neither kept alive nor revoked. */
  readonly owner?: string;
}

/** Options of `leases.grant`. */
export interface GrantLeaseOptions extends TransactionOptions, LeaseOwner {
  /** The lease ends when it was not kept alive for so long: 1,000 to 86,400,000. */
  readonly ttlMs: number;
}

/** Options of what is done with a lease. */
export interface LeaseOptions extends TransactionOptions, LeaseOwner {}

/** Options of `leases.list`. The time of `timeoutMs` is that of each page. */
export interface ListLeasesOptions extends CallOptions, NodeOptions, ReadOptions {
  /** At most so many leases a page, from 1 to 1,000; 100 if not given. It bounds one message, not the list. */
  readonly pageLimit?: number;
}

/** Options of `leases.hold`. */
export interface HoldLeaseOptions extends CallOptions, LeaseOwner {
  /** How long the lease outlives its holder: 1,000 to 86,400,000; 10,000 if not given. It is kept alive three times in it. */
  readonly ttlMs?: number;
}

/** A lease as it stands. */
export interface Lease {
  readonly lease: bigint;
  readonly ttlMs: number;
  /** Who alone may keep it alive and revoke it; null if anybody may. */
  readonly owner: string | null;
  /** When it was granted, in microseconds since the epoch. */
  readonly grantedAtUs: bigint;
  /** When it was last kept alive, or else granted. */
  readonly keptAtUs: bigint;
  /** How many keys go with it. */
  readonly keyCount: number;
}

/** What became of `leases.revoke`. */
export interface RevokeLeaseResult {
  /** The store's revision after it: that of the removal of its keys, if it had any. */
  readonly revision: bigint;
  /** How many keys went. */
  readonly deleted: number;
}

/** A lease that is kept alive. */
export interface HeldLease {
  readonly lease: bigint;
  readonly ttlMs: number;
  /**
   * Aborted when the lease has ended, or may have: it could not be kept alive in its time, by this machine's clock. Its reason is an error, `LeaseExpired` or what the
   * last attempt came to. It is not aborted by `release`.
   */
  readonly lost: AbortSignal;
  /** Ends the lease: its keys go. If no node answers it ends by itself, in its time. Again does nothing. */
  release(): Promise<void>;
}

/**
 * Leases: keys that are put with one are removed when it ends. It ends when it is revoked, or was not kept alive for its time; that time passes only while there is a leader, a new
 * leader gives every lease its full time again, and it is the leader that ends it: never early, and a little late.
 */
export interface Leases {
  /** Grants a lease that nobody keeps alive. @throws {InvalidLease | TooManyLeases | OutcomeUnknown} */
  grant(options: GrantLeaseOptions): Promise<{ readonly lease: bigint }>;

  /** Gives a lease its full time again, and tells how long that is. It is sent again when its answer is lost; if it fails for want of one, it may have been done. @throws {InvalidLease | UnknownLease | LeaseExpired | LeaseOfAnother} */
  keepAlive(lease: bigint, options?: LeaseOptions): Promise<{ readonly ttlMs: number }>;

  /** Ends a lease, and removes its keys. @throws {InvalidLease | UnknownLease | LeaseExpired | LeaseOfAnother | OutcomeUnknown} */
  revoke(lease: bigint, options?: LeaseOptions): Promise<RevokeLeaseResult>;

  /** All leases, in the order in which they were granted. @throws {InvalidLimit} at once, and what `read` throws, from the iteration */
  list(options?: ListLeasesOptions): AsyncIterable<Lease>;

  /** Grants a lease, and keeps it alive until it is released, or lost, or the store is closed. What `options` say of time is for the granting. @throws what `grant` throws */
  hold(options?: HoldLeaseOptions): Promise<HeldLease>;
}
