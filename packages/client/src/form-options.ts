import type { ConnectOptions } from './options.ts';
import type { Voter } from './store.ts';

/** A cluster that is to be formed. `timeoutMs` bounds the whole, and `signal` ends it. */
export interface FormClusterOptions extends ConnectOptions {
  /** The ids of its voters: one at least, each once. */
  readonly voters: readonly string[];
}

/** A cluster that was formed. */
export interface FormedCluster {
  /** The hash of the record that it was formed from. */
  readonly clusterId: string;
  readonly voters: readonly Voter[];
  /** The voters that have the record: one at least. */
  readonly acknowledged: readonly string[];
  /** Voters that did not acknowledge the record in time. Those that have it hand it on to them. */
  readonly unacknowledged: readonly string[];
}
