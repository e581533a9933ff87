import type { CallOptions, ConnectOptions } from './options.ts';
import type { Voter } from './store.ts';

/** The newest snapshot of a node. */
export interface NodeSnapshot {
  readonly node: string;
  /** Names its content: nodes with the same id have the same bytes. */
  readonly id: string;
  /** It is the state after this entry of the log. */
  readonly index: bigint;
  readonly term: bigint;
  readonly revision: bigint;
  readonly bytes: number;
  /** Whether it was taken because it was asked for; else there was one of all that the node had applied. */
  readonly isNew: boolean;
}

/** What a snapshot file holds. */
export interface SnapshotInfo {
  readonly cluster: string;
  readonly clusterId: string;
  readonly group: string;
  readonly id: string;
  /** The SHA-256 of its content, in hexadecimal. */
  readonly checksum: string;
  readonly index: bigint;
  readonly term: bigint;
  readonly revision: bigint;
  readonly keys: number;
  readonly bytes: number;
  /** The voters when it was taken. */
  readonly voters: readonly Voter[];
}

/** How far a transfer has come. */
export interface TransferProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** Told of each step of a transfer. It must not throw. */
export type OnProgress = (progress: TransferProgress) => void;

/** How long one step of a transfer may take, unless the caller says otherwise. */
export const defaultStepMs = 60_000;

/** Options of `saveSnapshot`. `timeoutMs` is how long one step of it may take; 60,000 if not given. */
export interface SaveSnapshotOptions extends CallOptions {
  /** Replace a file that exists. */
  readonly force?: boolean;
  readonly onProgress?: OnProgress;
}

/** A cluster that is to be formed from a snapshot file. `timeoutMs` is how long one step of it may take, 60,000 if not given; `signal` ends it. */
export interface RestoreClusterOptions extends ConnectOptions {
  readonly file: string;
  /** The ids of its voters: one at least, each once. */
  readonly voters: readonly string[];
  /** The name of the cluster that the file is of, if that is another one. */
  readonly fromCluster?: string;
  /** The group that the file is of, if that is another one. */
  readonly fromGroup?: string;
  readonly onProgress?: OnProgress;
}
