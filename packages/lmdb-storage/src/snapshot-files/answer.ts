import type { ApplierMessage } from '@quorate/raft';

/** What snapshot files answer the applier with. */
export type SnapshotAnswer = Extract<
  ApplierMessage,
  { kind: 'snapshotTaken' | 'snapshotFailed' | 'chunkRead' | 'chunkStored' | 'snapshotLoaded' }
>;
