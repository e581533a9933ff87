/** How much there may be below a prefix; null: as much as you like. */
export interface QuotaLimits {
  readonly maxKeys: number | null;
  /** Of keys and values together. */
  readonly maxBytes: number | null;
}

/** Limits what there may be below a prefix, or goes on with the counting of what there is. */
export interface SetQuotaCommand extends QuotaLimits {
  readonly kind: 'setQuota';
  /** Empty: of all keys. */
  readonly prefix: string;
}

/** Ends a quota. That there is none is fine. */
export interface DeleteQuotaCommand {
  readonly kind: 'deleteQuota';
  readonly prefix: string;
}

/** What is done with a quota. */
export type QuotaCommand = SetQuotaCommand | DeleteQuotaCommand;

/** What comes of it. */
export type QuotaResult =
  /** `isCounted`: all that there is below the prefix is counted, and the quota holds; otherwise another such command goes on, as all entries do a little. */
  | { readonly kind: 'setQuota'; readonly keys: number; readonly bytes: number; readonly isCounted: boolean }
  | { readonly kind: 'deleteQuota'; readonly deleted: boolean };

/** Asks for all quotas. */
export interface QuotasQuery {
  readonly kind: 'quotas';
}

/** A quota as it stands. */
export interface Quota extends QuotaLimits {
  readonly prefix: string;
  /** What there is, as far as it is counted. */
  readonly keys: number;
  readonly bytes: number;
  /** Whether all of it is: the quota holds from then on. */
  readonly isCounted: boolean;
}
