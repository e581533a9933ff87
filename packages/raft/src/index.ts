export * from './addresses.ts';
export type { ApplierMessage } from './applier/messages.ts';
export type { DiskAlarmMessage } from './disk-alarm/messages.ts';
export type { Ballot, BallotOptions } from './election/ballot.ts';
export type { ElectionMessage } from './election/messages.ts';
export type { Patience } from './election/patience.ts';
export { type BroadcastTimes, type ElectionTimeouts, electionTimeoutsFor } from './election-timeouts.ts';
export type { FormationRecord } from './formation-record.ts';
export type { ApiMessage, GatewayAnswer, GatewayMessage, StatusPart } from './gateway/messages.ts';
export { type ReadConsistency, readConsistency } from './gateway/read-consistency.ts';
export { InvariantViolated, invariant } from './invariant.ts';
export { type DetectorPace, type DetectorSettings, type PeerStage, peerStages } from './leader/failure-detector.ts';
export type { Lease, VoterPromise } from './leader/lease.ts';
export type { LeaderProgress } from './leader/membership.ts';
export type { LeaderMessage } from './leader/messages.ts';
export type { Measured, Pace } from './leader/pace.ts';
export type { ReadRequest } from './leader/read-rounds.ts';
export type { LogState, LogStoreOptions } from './log-store/log-state.ts';
export type { LogStoreMessage } from './log-store/messages.ts';
export type { SnapshotDesk } from './log-store/snapshot-desk.ts';
export type { AppendVerdict } from './log-store/verify-append.ts';
export { configurationOf, isJoint } from './membership/configuration.ts';
export { decodeConfiguration, encodeConfiguration } from './membership/configuration-codec.ts';
export type { ChangeRefusal, MembershipChange } from './membership/membership-change.ts';
export { changeRefusalCode, membershipChange } from './membership/membership-change.ts';
export type { ChangePlan, MemberFacts } from './membership/plan-change.ts';
export { type Moment, momentOf, passedMs } from './moment.ts';
export * from './ports.ts';
export type { Protocol } from './protocol.ts';
export { answeredKinds, protocolOf } from './protocols.ts';
export { isQuorum, membersOf, otherVotersOf, peersOf, quorumIndex, voterOf, votersOf } from './quorum.ts';
export { type RaftGroupOptions, startRaftGroup } from './raft-group.ts';
export { type RaftParts, raftParts } from './raft-parts.ts';
export { type LinkMeasurements, unmeasured } from './replicator/link-statistics.ts';
export type { ReplicatorMessage } from './replicator/messages.ts';
export * from './retry-rules.ts';
export { defaultRaftSettings, type RaftSettings } from './settings.ts';
export type { StageMemoryMessage } from './stage-memory/messages.ts';
export { type StageRecorder, silentStageRecorder } from './stages/stage-recorder.ts';
export type * from './stages/write-stages.ts';
export {
  type NodeStages,
  peerAheadMs,
  type TimelineStage,
  timelineOf,
  type WriteStageName,
  type WriteTimeline,
  writeStageNames,
} from './stages/write-timeline.ts';
export type { StateCheckMessage } from './state-check/messages.ts';
export type { Parting } from './state-check/parting.ts';
export { StateCheck, type StateCheckOptions, type StateComparisons } from './state-check/state-check.ts';
export { ConfigurationEntries, type PlacedConfiguration } from './storage/configuration-entries.ts';
export { LogInMemory } from './storage/log-in-memory.ts';
export {
  CorruptRecord,
  type FlushableLogStorage,
  type FlushOutcome,
  type LogStorage,
  type ReadLimit,
  UnknownFormatVersion,
} from './storage/log-storage.ts';
export { MemoryLogStorage } from './storage/memory-log-storage.ts';
export * from './storage/snapshot-files.ts';
export type { AppliedEntry, StateMachine, StreamNotice } from './storage/state-machine.ts';
export { takeWithin } from './storage/take-within.ts';
export { timeAt } from './storage/time-at.ts';
export * from './types.ts';
