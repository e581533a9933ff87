import type { NodeId } from '@quorate/actor';
import type { FolderSizes } from '@quorate/lmdb-storage';
import { type Parting, peerStages } from '@quorate/raft';
import { type MetricReadings, declarations as metrics, readQueues } from '@quorate/telemetry';
import { type NodeStatus, type PeerStatus, peerStates, roleSchema } from '@quorate/wire';
import type { NodeObservation } from './node-observation.ts';
import { reasonsNotReady } from './readiness.ts';

const formations = ['unformed', 'formed', 'spent'] as const;

const partedStates = ['own', 'other', 'undecided'] as const;

/** Whose state has parted, as a label has it. */
function stateOf({ node, isOdd }: Parting, self: NodeId): (typeof partedStates)[number] {
  if (!isOdd) return 'undecided';
  return node === self ? 'own' : 'other';
}

const flag = (holds: boolean): number => (holds ? 1 : 0);

/** Adds how a node stands. What its actors have not told is left out: a gauge that falls to 0 for a moment would look like news. */
export function readObservation(readings: MetricReadings, observation: NodeObservation): void {
  const { status, isConnected, connections, hasAnswered } = observation;
  readings.set(metrics.ready, {}, flag(reasonsNotReady(observation).length === 0));
  readings.setOneOf(metrics.formation, formations, status.formation, (formation) => ({ formation }));
  readings.set(metrics.natsConnected, {}, flag(isConnected));
  readings.set(metrics.natsConnections, {}, connections);
  for (const [reason, count] of Object.entries(status.dropped))
    readings.set(metrics.messagesDropped, { reason }, count);
  if (status.disk !== null) {
    readings.set(metrics.diskFree, {}, status.disk.freeBytes);
    readings.set(metrics.diskNeeded, {}, status.disk.neededBytes);
  }
  if (observation.comparisons !== null) {
    readings.set(metrics.stateComparisons, { result: 'equal' }, observation.comparisons.equal);
    readings.set(metrics.stateComparisons, { result: 'different' }, observation.comparisons.different);
  }
  for (const state of partedStates) {
    const count = status.partings.filter((parting) => stateOf(parting, status.id) === state).length;
    readings.set(metrics.statesParted, { state }, count);
  }
  readQueues(observation.queues, readings);
  readings.set(metrics.uncommittedLimit, {}, observation.maxUncommittedBytes);
  readings.setOneOf(metrics.role, roleSchema.options, status.role, (role) => ({ role }));
  if (status.role !== null && status.role !== 'removed' && hasAnswered) readGroup(readings, status);
}

/** Adds what the files of the data folder take. */
export function readStorageSizes(readings: MetricReadings, sizes: FolderSizes): void {
  for (const [part, bytes] of Object.entries(sizes)) readings.set(metrics.storageSize, { part }, bytes);
}

function readGroup(readings: MetricReadings, status: NodeStatus): void {
  readings.set(metrics.term, {}, status.term);
  readings.set(metrics.leaderKnown, {}, flag(status.leader !== null));
  readings.set(metrics.commitIndex, {}, status.commitIndex);
  readings.set(metrics.appliedIndex, {}, status.lastApplied);
  readings.set(metrics.firstLogIndex, {}, status.firstIndex);
  readings.set(metrics.lastLogIndex, {}, status.lastLogIndex);
  readings.set(metrics.logEntries, {}, status.lastLogIndex - status.firstIndex + 1);
  readings.set(metrics.logDamaged, {}, flag(status.damage !== null));
  readings.set(metrics.members, { kind: 'voter' }, status.voters.length);
  readings.set(metrics.members, { kind: 'outgoing' }, status.outgoingVoters.length);
  readings.set(metrics.members, { kind: 'learner' }, status.learners.length);
  readings.set(metrics.writesRefused, {}, flag(status.writesRefused !== null));
  if (status.lease !== null) {
    readings.set(metrics.leaseValid, {}, flag(status.lease.isValid));
    readings.set(metrics.leaseFallbacks, {}, status.lease.fallbacks);
  }
  if (status.load !== null) {
    readings.set(metrics.uncommittedSize, {}, status.load.uncommittedBytes);
    readings.set(metrics.overloads, {}, status.load.refused);
  }
  if (status.role === 'leader') readings.set(metrics.votersAlive, {}, votersAlive(status));
  for (const peer of status.peers) readPeer(readings, peer);
}

const votersAlive = ({ id: self, voters, peers }: NodeStatus): number =>
  voters.filter(({ id }) => id === self || peers.some((peer) => peer.id === id && peer.stage === 'alive')).length;

function readPeer(readings: MetricReadings, status: PeerStatus): void {
  const { id: peer, roundTripMs, loss } = status;
  readings.set(metrics.peerLag, { peer }, status.lag);
  if (roundTripMs !== null) readings.set(metrics.peerRoundTrip, { peer }, roundTripMs / 1_000);
  if (loss !== null) readings.set(metrics.peerLoss, { peer }, loss);
  readings.set(metrics.peerLastContact, { peer }, status.lastContactMs / 1_000);
  readings.setOneOf(metrics.peerStage, peerStages, status.stage, (stage) => ({ peer, stage }));
  readings.setOneOf(metrics.peerState, peerStates, status.state, (state) => ({ peer, state }));
}
