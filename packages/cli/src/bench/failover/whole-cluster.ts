import { setTimeout as after } from 'node:timers/promises';
import { type ClusterStatus, type NodeStatus, QuorateError, type Store } from '@quorate/client';
import { CommandFailure } from '../../command-error.ts';

const askEveryMs = 50;
const statusTimeoutMs = 3_000;
const patienceMs = 60_000;

/**
 * Resolves with the leader when all nodes answer, follow it, and have applied what was committed when they first did.
 * @throws {CommandFailure} if that takes a minute
 */
export async function wholeCluster(
  store: Pick<Store, 'status'>,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const deadlineMs = performance.now() + patienceMs;
  let goal: bigint | null = null;
  while (performance.now() < deadlineMs) {
    const status = await statusOf(store, signal);
    const nodes = status === null ? null : agreeingNodes(status, ids);
    if (status?.leader != null && nodes !== null) {
      goal ??= highest(nodes.map(({ commitIndex }) => commitIndex));
      const goalIndex = goal;
      if (nodes.every(({ lastApplied }) => lastApplied >= goalIndex)) return status.leader;
    }
    await after(askEveryMs, undefined, { signal });
  }
  throw new CommandFailure(`the cluster was not whole again after ${patienceMs / 1_000} s`);
}

/** All nodes, if each is a member that follows the same leader; else null. */
function agreeingNodes({ leader, nodes }: ClusterStatus, ids: readonly string[]): readonly NodeStatus[] | null {
  const found = nodes.flatMap((node) => (node.role === 'unreachable' ? [] : [node]));
  const agree = found.filter((node) => node.leader === leader && (node.role === 'leader' || node.role === 'follower'));
  return ids.every((id) => agree.some((node) => node.id === id)) ? agree : null;
}

const highest = (indexes: readonly bigint[]): bigint => indexes.reduce((one, other) => (one > other ? one : other), 0n);

/** Null while nobody answers. */
async function statusOf(store: Pick<Store, 'status'>, signal: AbortSignal): Promise<ClusterStatus | null> {
  try {
    return await store.status({ signal, timeoutMs: statusTimeoutMs });
  } catch (error) {
    if (error instanceof QuorateError) return null;
    throw error;
  }
}
