import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterStatus, FormedCluster, NodeStatus, Store } from '@quorate/client';
import { OutcomeUnknown, QuorateError } from '@quorate/client';
import { CommandFailure } from '../command-error.ts';

/** What it takes to bring the nodes of this machine into a cluster. */
export interface WaitOptions {
  readonly store: Pick<Store, 'status'>;
  readonly ids: readonly string[];
  /** The pid of a node's process, or undefined while there is none. */
  readonly pidOf: (id: string) => number | undefined;
  /** Forms a cluster of all the nodes. */
  readonly form: () => Promise<FormedCluster>;
  /** Says something to people. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** A cluster that can be used. */
export interface ReadyCluster {
  readonly leader: string;
}

const askEveryMs = 50;
/** A status takes a second where a voter is silent. */
const statusTimeoutMs = 3_000;
const impatientAfterMs = 15_000;

/**
 * Waits until the nodes answer, forms a cluster of them if none of them is in one, and waits for a leader.
 * @throws {FormationRefused} if a node elsewhere stands in the way
 * @throws {CommandFailure} if another process answers for one of the nodes
 */
export async function waitForCluster(options: WaitOptions): Promise<ReadyCluster> {
  const nodes = await poll(options, 'the nodes do not answer yet', (status) => ownNodes(status, options));
  // Where some are in a cluster, those hand the others its record.
  if (nodes.every(({ formation }) => formation === 'unformed')) await form(options);

  const { leader, status } = await poll(options, 'there is no leader yet', (status) =>
    status.leader === null ? null : { leader: status.leader, status },
  );
  tellOfOutsiders(status, options);
  return { leader };
}

async function form(options: WaitOptions): Promise<void> {
  try {
    await options.form();
  } catch (error) {
    // The record is out, and a node that has it hands it on: whether one has, a leader will show.
    if (!(error instanceof OutcomeUnknown)) throw error;
  }
}

/** Asks for the status until it says what is waited for. */
async function poll<Found>(
  options: WaitOptions,
  complaint: string,
  find: (status: ClusterStatus) => Found | null,
): Promise<Found> {
  const { store, signal, say } = options;
  const impatient = setTimeout(() => say(`${complaint}; quorate status shows more`), impatientAfterMs);
  try {
    for (;;) {
      const status = await statusOf(store, signal);
      const found = status === null ? null : find(status);
      if (found !== null) return found;
      await sleep(askEveryMs, undefined, { signal });
    }
  } finally {
    clearTimeout(impatient);
  }
}

/** Null while nobody answers. */
async function statusOf(store: Pick<Store, 'status'>, signal: AbortSignal): Promise<ClusterStatus | null> {
  try {
    return await store.status({ signal, timeoutMs: statusTimeoutMs });
  } catch (error) {
    if (error instanceof QuorateError) return null;
    throw error;
  }
}

/** The nodes of this machine, once all of them answer. */
function ownNodes(status: ClusterStatus, { ids, pidOf }: WaitOptions): readonly NodeStatus[] | null {
  const nodes = status.nodes.filter((node) => node.role !== 'unreachable').filter(({ id }) => ids.includes(id));
  const stranger = nodes.find(({ id, pid }) => pidOf(id) !== undefined && pid !== pidOf(id));
  if (stranger !== undefined) {
    throw new CommandFailure(
      `another process, ${stranger.pid}, answers as node ${stranger.id} on this NATS: choose another --cluster`,
    );
  }
  // A node that has died is told of elsewhere, and not waited for.
  return ids.every((id) => pidOf(id) === undefined || nodes.some((node) => node.id === id)) ? nodes : null;
}

/** Nodes that are in no cluster, or not in this one, do nothing: that is easily overlooked. */
function tellOfOutsiders(status: ClusterStatus, { ids, say }: WaitOptions): void {
  for (const node of status.nodes) {
    if (node.role === 'unreachable' || !ids.includes(node.id)) continue;
    if (node.formation === 'spent') {
      say(`node ${node.id} is spent: the cluster knows its id with another data folder, so it never votes`);
    }
    const isListed = status.nodes.some(
      (other) => other.role === 'leader' && other.voters.some(({ id }) => id === node.id),
    );
    if (node.formation === 'unformed' && !isListed)
      say(`node ${node.id} is not one of the cluster's voters, and waits to be added`);
  }
}
