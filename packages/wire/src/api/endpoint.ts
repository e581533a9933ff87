/** What a node can be asked, each under a subject of its own. */
export const ENDPOINTS = [
  'get',
  'put',
  'delete',
  'list',
  'entries',
  'status',
  'hello',
  'form',
  'members',
  'transfer',
  'snapshot',
  'snapshot-read',
  'snapshot-stage',
] as const;

/** What is asked of one node and no other: of a node that is in no cluster yet, or of the one that has a file. */
export const NODE_ENDPOINTS: ReadonlySet<Endpoint> = new Set<Endpoint>([
  'hello',
  'form',
  'snapshot-read',
  'snapshot-stage',
]);

/** The last token of a request's subject. */
export type Endpoint = (typeof ENDPOINTS)[number];
