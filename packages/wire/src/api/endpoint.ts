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
] as const;

/** The last token of a request's subject. */
export type Endpoint = (typeof ENDPOINTS)[number];
