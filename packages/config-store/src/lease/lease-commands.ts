/** Grants a lease: keys that are put with it are removed when it ends. */
export interface GrantLeaseCommand {
  readonly kind: 'grantLease';
  /** It ends when it was not kept alive for so long, by log time. */
  readonly ttlMs: number;
  /** Who alone may keep it alive and revoke it; anybody if not given. */
  readonly owner?: string;
}

/** Gives a lease its full time again. */
export interface KeepLeaseCommand {
  readonly kind: 'keepLease';
  readonly lease: number;
  /** Has to be the lease's, if it has one. */
  readonly owner?: string;
}

/** Ends a lease, and removes its keys. */
export interface RevokeLeaseCommand {
  readonly kind: 'revokeLease';
  readonly lease: number;
  /** Has to be the lease's, if it has one. */
  readonly owner?: string;
}

/** What is done with a lease itself. */
export type LeaseCommand = GrantLeaseCommand | KeepLeaseCommand | RevokeLeaseCommand;

/** What comes of it. */
export type LeaseResult =
  /** The id is the number of leases that were granted, this one included. */
  | { readonly kind: 'grantLease'; readonly lease: number }
  | { readonly kind: 'keepLease'; readonly ttlMs: number }
  /** `revision` is the store's after it, `deleted` how many keys went. */
  | { readonly kind: 'revokeLease'; readonly revision: number; readonly deleted: number };

/** Asks for leases, in the order of their ids. */
export interface LeasesQuery {
  readonly kind: 'leases';
  /** The id that the page comes after; 0 for the first page. */
  readonly after: number;
  /** At most so many. */
  readonly limit: number;
}

/** A lease as it stands. */
export interface Lease {
  readonly lease: number;
  readonly ttlMs: number;
  readonly owner: string | null;
  /** When the entry that granted it got its place in the log, in microseconds since the epoch. */
  readonly grantedAtUs: number;
  /** The same of the entry that last kept it alive, or that granted it. */
  readonly keptAtUs: number;
  /** How many keys go with it. */
  readonly keyCount: number;
}
