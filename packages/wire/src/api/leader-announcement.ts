import { isName, type NodeId, nodeId } from '@quorate/actor';
import { isTerm, type Term, term } from '@quorate/raft';

/** A node has taken office as leader of its group. */
export interface LeaderAnnouncement {
  readonly leader: NodeId;
  readonly term: Term;
}

/** `{"leader":"n1","term":"3"}`: any NATS client may read it. */
export const encodeLeaderAnnouncement = ({ leader, term: inTerm }: LeaderAnnouncement): Uint8Array =>
  new TextEncoder().encode(JSON.stringify({ leader, term: String(inTerm) }));

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
  return isTerm(inTerm) ? { leader: nodeId(leader), term: term(inTerm) } : null;
}
