import { type LogIndex, membersOf } from '@quorate/raft';
import { clusterTagOf, decodeReply, decodeStatus, type NodeStatus as WireNodeStatus } from '@quorate/wire';
import type { KnownCluster } from './known-cluster.ts';
import type { ClusterStatus, MemberStatus, NodeStatus, Voter } from './store.ts';

/** The statuses of a group's nodes, as they come in. Nodes of another cluster that has the same name are no nodes of the group's. */
export class StatusReplies {
  readonly #known: KnownCluster;
  /** By id, and by cluster: a node of the cluster before may have the same id. */
  readonly #answers = new Map<string, WireNodeStatus>();

  constructor(known: KnownCluster) {
    this.#known = known;
  }

  /** Takes a reply; what is no status is passed over. True if every member has answered. */
  add(data: Uint8Array): boolean {
    const status = statusIn(data);
    if (status !== null) this.#answers.set(`${status.id} ${status.clusterId}`, status);
    const members = this.#members();
    const nodes = this.#nodes;
    return members.length > 0 && members.every(({ id }) => nodes.some((node) => node.id === id));
  }

  /** Every node that answered, and every member that did not. */
  result(): ClusterStatus {
    const answered = this.#nodes;
    const silent = this.#members().filter(({ id }) => !answered.some((node) => node.id === id));
    const members: MemberStatus[] = [
      ...answered.map(toNodeStatus),
      ...silent.map(({ id, storageId }) => ({ id, storageId, role: 'unreachable' as const })),
    ];
    const foreign = this.#foreign.map(({ id, clusterId }) => ({ id, clusterId: String(clusterId) }));
    const byId = (a: { readonly id: string }, b: { readonly id: string }): number => compare(a.id, b.id);
    const status = { leader: this.#leader(), nodes: members.sort(byId) };
    return foreign.length === 0 ? status : { ...status, foreign: foreign.sort(byId) };
  }

  /** The nodes of the cluster that is asked, and those that are in none. */
  get #nodes(): readonly WireNodeStatus[] {
    const clusterId = this.#clusterId;
    return [...this.#answers.values()].filter((node) => node.clusterId === null || node.clusterId === clusterId);
  }

  get #foreign(): readonly WireNodeStatus[] {
    const clusterId = this.#clusterId;
    return [...this.#answers.values()].filter((node) => node.clusterId !== null && node.clusterId !== clusterId);
  }

  /** The one that the store speaks with; else the one that most nodes are in, and of two that whose leader is known. */
  get #clusterId(): string | null {
    const answers = [...this.#answers.values()];
    const clusterIds = [...new Set(answers.flatMap(({ clusterId }) => clusterId ?? []))];
    const known = clusterIds.find((clusterId) => clusterTagOf(clusterId) === this.#known.tag);
    if (known !== undefined) return known;
    const size = (clusterId: string): number => {
      const nodes = answers.filter((node) => node.clusterId === clusterId);
      return 2 * nodes.length + (nodes.some(({ leader }) => leader !== null) ? 1 : 0);
    };
    return clusterIds.sort((a, b) => size(b) - size(a))[0] ?? null;
  }

  /** As the node has them that knows most. */
  #members(): readonly Voter[] {
    const formed = this.#nodes.filter(({ voters }) => voters.length > 0);
    const [newest] = formed.sort((a, b) => b.term - a.term || b.commitIndex - a.commitIndex);
    return newest === undefined ? [] : membersOf(newest);
  }

  #leader(): string | null {
    const knowing = this.#nodes.filter(({ leader }) => leader !== null);
    // A leader knows best that it leads.
    const isItself = ({ id, leader }: WireNodeStatus): number => (id === leader ? 1 : 0);
    return knowing.sort((a, b) => b.term - a.term || isItself(b) - isItself(a))[0]?.leader ?? null;
  }
}

function statusIn(data: Uint8Array): WireNodeStatus | null {
  try {
    const reply = decodeReply(data);
    return reply.kind === 'ok' ? decodeStatus(reply.body) : null;
  } catch {
    return null;
  }
}

function toNodeStatus(status: WireNodeStatus): NodeStatus {
  return {
    ...status,
    term: BigInt(status.term),
    commitIndex: indexOf(status.commitIndex),
    lastApplied: indexOf(status.lastApplied),
    lastLogIndex: indexOf(status.lastLogIndex),
    firstIndex: indexOf(status.firstIndex),
    partings: status.partings.map((parting) => ({ ...parting, revision: BigInt(parting.revision) })),
    peers: status.peers.map((peer) => ({ ...peer, matchIndex: indexOf(peer.matchIndex), lag: BigInt(peer.lag) })),
  };
}

const indexOf = (index: LogIndex): bigint => BigInt(index);

/** `n10` after `n9`. */
const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
