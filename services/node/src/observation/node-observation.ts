import type { FolderSizes } from '@quorate/lmdb-storage';
import type { StateComparisons } from '@quorate/raft';
import type { QueueLength } from '@quorate/telemetry';
import type { NodeStatus } from '@quorate/wire';

/** How a node stands at one moment, as far as whoever supervises it is concerned. */
export interface NodeObservation {
  /** `failed`: it ends its part of the group, and starts again into the repair of what is damaged. `reopening`: what was damaged in its log is mended, and it starts again with that. */
  readonly phase: 'running' | 'stopping' | 'failed' | 'reopening';
  readonly isConnected: boolean;
  /** How often it has connected to NATS. */
  readonly connections: number;
  readonly status: NodeStatus;
  /** Whether its actors told their parts of the status in time; also true where it has none. */
  readonly hasAnswered: boolean;
  /** Whether its state may be shown: not while it is built anew. */
  readonly isStateWhole: boolean;
  /** Null in a node that compares nothing, as it is in no cluster, or parted from it. */
  readonly comparisons: StateComparisons | null;
  /** What waits in it. */
  readonly queues: readonly QueueLength[];
  /** With so many bytes of writes waiting, more are refused. */
  readonly maxUncommittedBytes: number;
}

/** The node of a process, as it is seen from outside. */
export interface Observable {
  observe(): Promise<NodeObservation>;
  /** What the files of its data folder take. */
  storageSizes(): Promise<FolderSizes>;
}
