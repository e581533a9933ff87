import { type ClusterName, clusterName, isName, type NodeId, nodeId } from '@quorate/actor';
import { type Configuration, decodeConfiguration, encodeConfiguration, type FormationRecord } from '@quorate/raft';
import { decodeFormationRecord, encodeFormationRecord } from '../api/formation.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';

/**
 * What nodes of one cluster's name tell each other before they can speak as members: that they are in no cluster yet; and how
 * the cluster was formed, so that a crash in the middle of forming it does no harm, with the newest configuration that is
 * known to be committed, if one is, so that a node that was added joins, and one that was removed hears of it.
 */
export type Announcement =
  | { readonly kind: 'unformed'; readonly storageId: string }
  | { readonly kind: 'formed'; readonly record: FormationRecord; readonly configuration: Configuration | null };

const ANNOUNCEMENT_VERSION = 1;

/** Where a node announces itself. `_formation` is no node's name. @throws {InvalidName} */
export const announcementSubject = (cluster: string, from: string): string =>
  `quorate.${clusterName(cluster)}.peer.${nodeId(from)}._formation`;

/** Where the nodes of a cluster's name listen for each other. @throws {InvalidName} */
export const announcementInbox = (cluster: string): string => `quorate.${clusterName(cluster)}.peer.*._formation`;

/** Who announced itself under that subject; null for any other subject. */
export function parseAnnouncementSubject(subject: string): { cluster: ClusterName; from: NodeId } | null {
  const [root, cluster = '', peer, from = '', last, ...rest] = subject.split('.');
  if (root !== 'quorate' || peer !== 'peer' || last !== '_formation' || rest.length > 0) return null;
  if (!isName(cluster) || !isName(from)) return null;
  return { cluster: clusterName(cluster), from: nodeId(from) };
}

/** `[1, 'unformed', storageId]` or `[1, 'formed', record, configuration | null]`. */
export function encodeAnnouncement(announcement: Announcement): Uint8Array {
  if (announcement.kind === 'unformed') {
    return encodeMsgpack([ANNOUNCEMENT_VERSION, announcement.kind, announcement.storageId]);
  }
  const { kind, record, configuration } = announcement;
  const members = configuration === null ? null : encodeConfiguration(configuration);
  return encodeMsgpack([ANNOUNCEMENT_VERSION, kind, encodeFormationRecord(record), members]);
}

/** Null for what is none of this version. */
export function decodeAnnouncement(bytes: Uint8Array): Announcement | null {
  try {
    const frame = decodeMsgpack(bytes);
    if (!Array.isArray(frame)) return null;
    const [version, kind, body, members]: unknown[] = frame;
    if (version !== ANNOUNCEMENT_VERSION) return null;
    if (kind === 'unformed' && typeof body === 'string') return { kind, storageId: body };
    if (kind !== 'formed' || !(body instanceof Uint8Array)) return null;
    const record = decodeFormationRecord(body);
    if (members === null) return { kind, record, configuration: null };
    const configuration = members instanceof Uint8Array ? decodeConfiguration(members) : null;
    return configuration === null ? null : { kind, record, configuration };
  } catch {
    return null;
  }
}
