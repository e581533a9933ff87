/** How a group behaves in time and size. All nodes of a group should have the same. */
export interface RaftSettings {
  /** An election timeout is drawn anew for each round from this range (Raft §5.2). The lower end is also how long a heard leader is protected. */
  readonly electionTimeoutMinMs: number;
  readonly electionTimeoutMaxMs: number;
  /** A member whose wall clock is farther than this from the time of the group raises an alarm. */
  readonly maxClockOffsetMs: number;
  /** How often a leader is heard when it has nothing to say. */
  readonly heartbeatIntervalMs: number;
  /** How long a leader asks for the hard promise, so that its lease lasts about as long; 0: never, and every linearizable read takes a round of confirmation. No longer than the shortest election timeout. */
  readonly leaseMs: number;
  /** By how much the clocks of two nodes may run at different speeds, as a part of one: a lease is shortened by it. */
  readonly maxClockDrift: number;
  /** One AppendEntries, and one append to the leader's log, hold at most so many entries and bytes. One entry always fits. */
  readonly maxBatchEntries: number;
  readonly maxBatchBytes: number;
  /** A leader refuses commands while those that wait or are not committed come to so many bytes, and a gateway while those that are not answered do. One is always taken. */
  readonly maxUncommittedBytes: number;
  /** How much a replicator sends ahead of acknowledgements. */
  readonly maxInflightAppends: number;
  readonly maxInflightBytes: number;
  /** A learner that lags by no more entries than this has caught up, and may have a vote. */
  readonly maxPromotionLagEntries: number;
  /** The failure detector: silent for so many heartbeat intervals a peer is suspect; with so many heartbeats in a row unanswered it is probed; and without an answer to that for so long it is offline. */
  readonly suspectAfterHeartbeats: number;
  readonly probeAfterHeartbeats: number;
  readonly probeTimeoutMs: number;
  /** The leader removes a voter that has been offline for so long; null: it never does. */
  readonly autoRemoveAfterMs: number | null;
  /** A snapshot is taken when so many entries were applied since the last, or so many bytes of them, and no fewer than it has. */
  readonly snapshotEntries: number;
  readonly snapshotLogBytes: number;
  /** So many entries before a snapshot's end stay in the log, for peers that are a little behind. */
  readonly logTailEntries: number;
  /** A snapshot goes to a peer in chunks of so many bytes at most, and no more than so many such chunks are on their way at once. */
  readonly snapshotChunkBytes: number;
  readonly maxInflightChunks: number;
  /** A peer that has begun to take a snapshot and says nothing more is waited for so long, with that file and the log that follows it. */
  readonly snapshotPatienceMs: number;
}

/** What ships. A batch leaves 64 KiB of NATS's 1 MiB for the envelope. */
export const defaultRaftSettings: RaftSettings = {
  electionTimeoutMinMs: 150,
  electionTimeoutMaxMs: 300,
  maxClockOffsetMs: 500,
  heartbeatIntervalMs: 50,
  leaseMs: 50,
  maxClockDrift: 0.1,
  maxBatchEntries: 1024,
  maxBatchBytes: 960 * 1024,
  maxUncommittedBytes: 64 * 1024 * 1024,
  maxInflightAppends: 64,
  maxInflightBytes: 8 * 1024 * 1024,
  maxPromotionLagEntries: 1000,
  suspectAfterHeartbeats: 2,
  probeAfterHeartbeats: 3,
  probeTimeoutMs: 1000,
  autoRemoveAfterMs: null,
  snapshotEntries: 100_000,
  snapshotLogBytes: 64 * 1024 * 1024,
  logTailEntries: 10_000,
  snapshotChunkBytes: 256 * 1024,
  maxInflightChunks: 4,
  snapshotPatienceMs: 120_000,
};
