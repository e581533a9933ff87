import { type ClusterName, clusterName, type GroupId, groupId, isName, type NodeId, nodeId } from '@quorate/actor';
import type { Endpoint } from './endpoint.ts';

/** The queue group of the nodes for requests that any of them may take. */
export const API_QUEUE = 'q';

/** Where any node of the group takes a request; the nodes subscribe with `API_QUEUE`. @throws {InvalidName} */
export const apiSubject = (cluster: string, group: string, endpoint: Endpoint): string =>
  `quorate.${clusterName(cluster)}.api.${groupId(group)}.${endpoint}`;

/** Where one node takes a request. @throws {InvalidName} */
export const nodeApiSubject = (cluster: string, group: string, node: string, endpoint: Endpoint): string =>
  `quorate.${clusterName(cluster)}.api.${groupId(group)}.node.${nodeId(node)}.${endpoint}`;

/**
 * Where every node of the group takes a request, and each answers: for finding nodes that nobody listed.
 * @throws {InvalidName}
 */
export const everyNodeApiSubject = (cluster: string, group: string, endpoint: Endpoint): string =>
  `quorate.${clusterName(cluster)}.api.${groupId(group)}.all.${endpoint}`;

/** The stream of committed entries. @throws {InvalidName} */
export const committedSubject = (cluster: string, group: string): string =>
  `quorate.${clusterName(cluster)}.stream.${groupId(group)}.committed`;

/** The stream of changes, for one key's tokens (`keyTokens`), or `>` for all keys. @throws {InvalidName} */
export const changesSubject = (cluster: string, group: string, tokens: string): string =>
  `quorate.${clusterName(cluster)}.stream.${groupId(group)}.changes.${tokens}`;

/** Where a leader announces itself when it takes office. @throws {InvalidName} */
export const leaderSubject = (cluster: string, group: string): string =>
  `quorate.${clusterName(cluster)}.stream.${groupId(group)}.leader`;

/** An actor of a node, as another node addresses it. */
export interface PeerRoute {
  readonly cluster: ClusterName;
  readonly from: NodeId;
  readonly to: NodeId;
  readonly group: GroupId;
  /** A name such as `logStore`, or `replicator/n2` for a child. */
  readonly actor: string;
}

/** Where node `from` tells an actor of node `to` something. @throws {InvalidName | RangeError} */
export function peerSubject(route: PeerRoute): string {
  const tokens = route.actor.split('/');
  if (!isActorPath(tokens)) throw new RangeError(`${JSON.stringify(route.actor)} is no actor's name`);
  const { cluster, from, to, group } = route;
  return `quorate.${clusterName(cluster)}.peer.${nodeId(from)}.${nodeId(to)}.${groupId(group)}.${tokens.join('.')}`;
}

/** Who sent a message to whom, by its subject; null if the subject is not one that `peerSubject` makes. */
export function parsePeerSubject(subject: string): PeerRoute | null {
  const [root, cluster, peer, from, to, group, ...actor] = subject.split('.');
  if (root !== 'quorate' || peer !== 'peer' || !isActorPath(actor)) return null;
  if (!isToken(cluster) || !isToken(from) || !isToken(to) || !isToken(group)) return null;
  return {
    cluster: clusterName(cluster),
    from: nodeId(from),
    to: nodeId(to),
    group: groupId(group),
    actor: actor.join('/'),
  };
}

/** A node's probe of another that it takes for the leader. */
export interface ProbeRoute {
  readonly cluster: ClusterName;
  /** Who probes. */
  readonly node: NodeId;
  readonly group: GroupId;
  readonly leader: NodeId;
  readonly probe: number;
}

/**
 * Where NATS tells a node that nobody was there to hear its probe: a subject of the node's own, so that its inbox covers it, and only the node
 * itself may publish there. `_noResponders` is no actor's name. @throws {InvalidName}
 */
export const noRespondersSubject = ({ cluster, node, group, leader, probe }: ProbeRoute): string =>
  `quorate.${clusterName(cluster)}.peer.${nodeId(node)}.${nodeId(node)}.${groupId(group)}._noResponders.${nodeId(leader)}.${probe}`;

/** Which probe nobody heard, by the subject; null if it is not one that `noRespondersSubject` makes. */
export function parseNoRespondersSubject(subject: string): ProbeRoute | null {
  const [root, cluster, peer, from, to, group, what, leader, probe = '', ...rest] = subject.split('.');
  if (root !== 'quorate' || peer !== 'peer' || what !== '_noResponders' || rest.length > 0) return null;
  if (!isToken(cluster) || !isToken(from) || from !== to || !isToken(group) || !isToken(leader)) return null;
  if (!/^\d{1,15}$/.test(probe)) return null;
  return {
    cluster: clusterName(cluster),
    node: nodeId(from),
    group: groupId(group),
    leader: nodeId(leader),
    probe: Number(probe),
  };
}

/** All that other nodes tell this one, in all of its groups. @throws {InvalidName} */
export const peerInbox = (cluster: string, node: string): string =>
  `quorate.${clusterName(cluster)}.peer.*.${nodeId(node)}.>`;

/** All that a node may publish among the peers' subjects. @throws {InvalidName} */
export const peerOutbox = (cluster: string, node: string): string =>
  `quorate.${clusterName(cluster)}.peer.${nodeId(node)}.>`;

const isToken = (token: string | undefined): token is string => token !== undefined && isName(token);

/** An actor, or a child of one. */
const isActorPath = (tokens: readonly string[]): boolean =>
  (tokens.length === 1 || tokens.length === 2) && tokens.every(isName);
