import type { CallOptions, NodeOptions, ReadOptions, TransactionOptions } from '../options.ts';

/** How much there may be below a prefix: one of the two at least. */
export interface QuotaLimits {
  /** Null, or not given: as many as you like. */
  readonly maxKeys?: number | null;
  /** Of keys and values together. Null, or not given: as many as you like. */
  readonly maxBytes?: number | null;
}

/** Options of `quotas.set`. */
export interface SetQuotaOptions extends TransactionOptions {
  /** Told how many keys are counted, again and again while that goes on. It must not throw. */
  readonly onProgress?: (keys: number) => void;
}

/** A quota as it stands. */
export interface Quota {
  /** Empty: of all keys. */
  readonly prefix: string;
  /** Null: as many as you like. */
  readonly maxKeys: number | null;
  readonly maxBytes: number | null;
  /** What there is, as far as it is counted. */
  readonly keys: number;
  readonly bytes: number;
  /** Whether all of it is: the quota holds from then on. */
  readonly isCounted: boolean;
}

/** Quotas: what would leave more keys or bytes below a prefix than allowed is refused with `QuotaExceeded`, by every node alike. All quotas whose prefix a key begins with hold. */
export interface Quotas {
  /**
   * Sets a quota, or changes its limits. What is below the prefix is counted first, some with each request, until all is; the quota holds from then on. It may allow less than there is: then nothing is
   * removed, and only what makes less of it passes.
   * @throws {InvalidKey | KeyTooLarge | InvalidQuota | TooManyQuotas | OutcomeUnknown}
   */
  set(prefix: string, limits: QuotaLimits, options?: SetQuotaOptions): Promise<Quota>;

  /** Ends a quota; `deleted`: whether there was one. @throws {InvalidKey | KeyTooLarge | OutcomeUnknown} */
  delete(prefix: string, options?: TransactionOptions): Promise<{ readonly deleted: boolean }>;

  /** All quotas, in the order of their prefixes. @throws what `read` throws */
  list(options?: CallOptions & NodeOptions & ReadOptions): Promise<readonly Quota[]>;
}
