import type { LogStorage } from '@quorate/raft';

/** Stages a step: some entries, and in some steps a snapshot with a compaction, or a snapshot that takes the log's place. */
export function compactStep(log: LogStorage, step: number): void;
