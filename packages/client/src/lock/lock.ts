import type { HoldLeaseOptions } from '../lease/leases.ts';
import type { Fence } from '../transaction.ts';

/** Options of `lock` and `semaphore`. */
export interface LockOptions extends Pick<HoldLeaseOptions, 'owner' | 'signal' | 'ttlMs'> {
  /** How long to wait until it is this one's turn: from 0, which is not at all; for ever if not given. `LockHeld` after that. */
  readonly waitMs?: number;
  /** What the lock's key holds meanwhile, for others to see; nothing if not given. */
  readonly value?: string | Uint8Array;
}

/**
 * A lock that is held. It is a fence: what is written with it is refused by the nodes when the lock has moved on, which is the only thing that may be relied on. `lost` says so too, and may say it
 * late to a program that was stopped.
 */
export interface HeldLock extends Fence {
  /** Aborted when the lock was lost, or may have been: its reason is an error, such as `LockLost` or `LeaseExpired`. It is not aborted by `release`. */
  readonly lost: AbortSignal;
  /** Gives the lock to whoever is next. If no node answers that happens by itself, in the lock's time. Again does nothing. */
  release(): Promise<void>;
}

/** Options of `campaign`. */
export interface CampaignOptions extends Omit<LockOptions, 'value'> {}

/** Leadership of an election that was won: a lock, and so a fence for all that the leader writes. */
export interface Leadership extends HeldLock {
  /** Says something else of the leader than before. @throws {LockLost} if it is none any more */
  proclaim(value: string | Uint8Array): Promise<void>;
  /** Lets another be elected: the same as `release`. */
  resign(): Promise<void>;
}

/** Who is elected. */
export interface ElectedLeader {
  /** What the leader says of itself. */
  readonly value: Uint8Array;
  /** Which leadership: higher with each. */
  readonly token: bigint;
}

/** An election among those who campaign under one name. */
export interface Election {
  /** Waits until it is elected; those who campaign are elected in the order in which they came. @throws {LockHeld} after `waitMs` */
  campaign(value: string | Uint8Array, options?: CampaignOptions): Promise<Leadership>;
  /** Who is elected, or null if nobody is. */
  leader(): Promise<ElectedLeader | null>;
  /** Who is elected now, and after each change; it may pass over who was so for a moment only. It goes on until it is ended, or the store closed. */
  observe(options?: { readonly signal?: AbortSignal }): AsyncIterable<ElectedLeader | null>;
}
