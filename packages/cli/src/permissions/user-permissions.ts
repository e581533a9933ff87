import { announcementInbox, peerInbox, peerOutbox } from '@quorate/wire';

/** What one user of nats-server may do. */
export interface UserPermissions {
  readonly user: string;
  /** What the user is for. */
  readonly comment: string;
  readonly publish: readonly string[];
  readonly denyPublish: readonly string[];
  readonly subscribe: readonly string[];
  /** Whether it may answer on the reply subject of a request that it was sent, and so on no subject of its own choice. */
  readonly answersRequests: boolean;
}

/** All inboxes under NATS's default prefix. */
const inboxes = '_INBOX.>';
/** Where NATS's services are asked who they are. */
const serviceDiscovery = '$SRV.>';

const apiSubjects = (cluster: string): string => `quorate.${cluster}.api.>`;
/** Where nodes show what their actors are told. */
const tapSubjects = (cluster: string, node = ''): string =>
  `quorate.${cluster}.tap.${node === '' ? '' : `*.${node}.`}>`;
const streamSubjects = (cluster: string): string => `quorate.${cluster}.stream.>`;
/** What changes who is in the cluster, or who leads it, what has to do with snapshots, what forgets the past or limits what there may be, and what shows how the nodes work: asked of one node, or of any. */
const operatorSubjects = (cluster: string): readonly string[] => [
  ...['form', 'snapshot-read', 'snapshot-stage', 'stages', 'tap'].map(
    (endpoint) => `quorate.${cluster}.api.*.node.*.${endpoint}`,
  ),
  ...['members', 'transfer', 'snapshot', 'compact', 'set-retention', 'quota', 'schema'].flatMap((endpoint) => [
    `quorate.${cluster}.api.*.${endpoint}`,
    `quorate.${cluster}.api.*.node.*.${endpoint}`,
  ]),
];

/** A node: speaks under its own name and no other, hears what is told it, answers requests, and publishes the streams while it leads. */
export const nodePermissions = (cluster: string, node: string): UserPermissions => ({
  user: node,
  comment: `node ${node}`,
  publish: [peerOutbox(cluster, node), streamSubjects(cluster), tapSubjects(cluster, node)],
  denyPublish: [],
  subscribe: [peerInbox(cluster, node), announcementInbox(cluster), apiSubjects(cluster), serviceDiscovery, inboxes],
  answersRequests: true,
});

/** A program that reads and writes keys. It hears nothing of what nodes say to each other, nor what other clients ask. */
export const clientPermissions = (cluster: string): UserPermissions => ({
  user: 'client',
  comment: 'programs that read and write keys',
  publish: [apiSubjects(cluster), serviceDiscovery],
  denyPublish: operatorSubjects(cluster),
  subscribe: [streamSubjects(cluster), inboxes],
  answersRequests: false,
});

/** Who forms clusters, changes their members and leaders, and backs them up: a client that may do that as well. */
export const operatorPermissions = (cluster: string): UserPermissions => ({
  ...clientPermissions(cluster),
  user: 'operator',
  comment: 'whoever runs quorate form, members, transfer, snapshot, compact, retention, trace, slow and tap',
  denyPublish: [],
  subscribe: [...clientPermissions(cluster).subscribe, tapSubjects(cluster)],
});
