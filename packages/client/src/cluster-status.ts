import { type LogIndex, membersOf } from '@quorate/raft';
import { decodeReply, decodeStatus, type NodeStatus as WireNodeStatus } from '@quorate/wire';
import type { ClusterStatus, MemberStatus, NodeStatus, Voter } from './store.ts';

/** The statuses of a group's nodes, as they come in. */
export class StatusReplies {
  readonly #nodes = new Map<string, WireNodeStatus>();

  /** Takes a reply; what is no status is passed over. True if every member has answered. */
  add(data: Uint8Array): boolean {
    const status = statusIn(data);
    if (status !== null) this.#nodes.set(status.id, status);
    const members = this.#members();
    return members.length > 0 && members.every(({ id }) => this.#nodes.has(id));
  }

  /** Every node that answered, and every member that did not. */
  result(): ClusterStatus {
    const answered = [...this.#nodes.values()];
    const silent = this.#members().filter(({ id }) => !this.#nodes.has(id));
    const members: MemberStatus[] = [
      ...answered.map(toNodeStatus),
      ...silent.map(({ id, storageId }) => ({ id, storageId, role: 'unreachable' as const })),
    ];
    return { leader: this.#leader(), nodes: members.sort((a, b) => compare(a.id, b.id)) };
  }

  /** As the node has them that knows most. */
  #members(): readonly Voter[] {
    const formed = [...this.#nodes.values()].filter(({ voters }) => voters.length > 0);
    const [newest] = formed.sort((a, b) => b.term - a.term || b.commitIndex - a.commitIndex);
    return newest === undefined ? [] : membersOf(newest);
  }

  #leader(): string | null {
    const knowing = [...this.#nodes.values()].filter(({ leader }) => leader !== null);
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
    peers: status.peers.map((peer) => ({ ...peer, matchIndex: indexOf(peer.matchIndex), lag: BigInt(peer.lag) })),
  };
}

const indexOf = (index: LogIndex): bigint => BigInt(index);

/** `n10` after `n9`. */
const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
