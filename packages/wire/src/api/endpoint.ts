/** What a node can be asked, each under a subject of its own. */
export const ENDPOINTS = [
  'get',
  'put',
  'delete',
  'list',
  'history',
  'watch',
  'txn',
  'compact',
  'retention',
  'set-retention',
  'session',
  'lease',
  'leases',
  'quota',
  'quotas',
  'schema',
  'schemas',
  'entries',
  'status',
  'hello',
  'form',
  'members',
  'transfer',
  'snapshot',
  'snapshot-read',
  'snapshot-stage',
  'stages',
  'tap',
] as const;

/** What is asked of one node and no other: of a node that is in no cluster yet, or of the one that has a file, or remembers something. */
export const NODE_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'hello',
  'form',
  'snapshot-read',
  'snapshot-stage',
  'stages',
  'tap',
]);

/** What reads the store: a query, answered as fresh as the request says. */
export const READ_ENDPOINTS = ['get', 'list', 'history', 'retention', 'leases', 'quotas', 'schemas'] as const;

/** What changes the store: a command that goes through the log. */
export const WRITE_ENDPOINTS = [
  'put',
  'delete',
  'txn',
  'compact',
  'set-retention',
  'session',
  'lease',
  'quota',
  'schema',
] as const;

/** An endpoint that reads the store. */
export type ReadEndpoint = (typeof READ_ENDPOINTS)[number];

/** An endpoint that changes the store. */
export type WriteEndpoint = (typeof WRITE_ENDPOINTS)[number];

/** Whether an endpoint reads the store. */
export const isReadEndpoint = (endpoint: Endpoint): endpoint is ReadEndpoint =>
  READ_ENDPOINTS.some((one) => one === endpoint);

/** The last token of a request's subject. */
export type Endpoint = (typeof ENDPOINTS)[number];
