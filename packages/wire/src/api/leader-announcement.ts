import { isName, type NodeId, nodeId } from '@quorate/actor';
import { isTerm, type Term, term } from '@quorate/raft';

/** A node has taken office as leader of its group. */
export interface LeaderAnnouncement {
  readonly leader: NodeId;
  readonly term: Term;
  /** The tag of its cluster; null if it does not say. */
  readonly cluster: string | null;
}

/** `{"leader":"n1","term":"3","cluster":"93a74742af3dfbe4"}`: any NATS client may read it. */
export const encodeLeaderAnnouncement = ({ leader, term: inTerm, cluster }: LeaderAnnouncement): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ leader, term: String(inTerm), cluster }));

/** Null for what is none. */
export function decodeLeaderAnnouncement(bytes: Uint8Array): LeaderAnnouncement | null {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null || !('leader' in value) || !('term' in value)) return null;
  const { leader, term: text } = value;
  if (typeof leader !== 'string' || !isName(leader) || typeof text !== 'string' || !/^\d{1,16}$/.test(text))
    return null;
  const inTerm = Number(text);
  const cluster = 'cluster' in value && typeof value.cluster === 'string' ? value.cluster : null;
  return isTerm(inTerm) ? { leader: nodeId(leader), term: term(inTerm), cluster } : null;
}
