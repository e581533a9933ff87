import type { NodeObservation } from './node-observation.ts';

/** So many entries that are known to be committed may wait for the applier of a node that takes requests. */
const maxEntriesBehind = 1_000;

/** Why the process had better be started again, or null. A node that waits for NATS, for a cluster or for a leader is well. */
export function reasonUnhealthy(observation: NodeObservation | null): string | null {
  if (observation === null) return null;
  if (observation.phase === 'failed') return 'the node has failed, and ends';
  return observation.hasAnswered ? null : 'its actors do not answer';
}

/** Why a node is not to be sent requests: all reasons, in words for people, the first the most important one. None if it is ready. `observation` is null while it starts. */
export function reasonsNotReady(observation: NodeObservation | null): readonly string[] {
  if (observation === null) return ['the node is starting'];
  const unhealthy = reasonUnhealthy(observation);
  if (unhealthy !== null) return [unhealthy];
  if (observation.phase === 'stopping') return ['the node is stopping'];
  if (observation.phase === 'reopening') return ['its log was mended, and is opened anew'];
  const offline = observation.isConnected ? [] : ['it is not connected to NATS'];
  return [...offline, ...reasonsOfPayload(observation), ...reasonsOfMembership(observation)];
}

function reasonsOfPayload({ status: { payload } }: NodeObservation): readonly string[] {
  if (payload === null || !payload.isLow) return [];
  const { maxBytes, neededBytes } = payload;
  return [`its NATS server takes messages of ${maxBytes} bytes at most, and ${neededBytes} are needed (max_payload)`];
}

function reasonsOfMembership({ status, isStateWhole }: NodeObservation): readonly string[] {
  const own = status.partings.find(({ node }) => node === status.id);
  if (own !== undefined) return [`its state has parted from those of the others at revision ${own.revision}`];
  if (status.role === 'removed') return ['it was removed from the cluster'];
  if (status.formation === 'unformed') return ['it is in no cluster yet: quorate form, or quorate members add'];
  if (status.formation === 'spent') return ['its id is spent: the cluster knows it with another data folder'];
  const behind = status.commitIndex - status.lastApplied;
  return [
    ...(status.leader === null ? ['no leader is known'] : []),
    ...(status.damage === null ? [] : [`its log is being repaired: ${status.damage}`]),
    ...(isStateWhole ? [] : ['its state is being built anew']),
    ...(behind <= maxEntriesBehind ? [] : [`${behind} committed entries are still to be applied`]),
  ];
}
