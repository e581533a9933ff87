import type { PutRow } from '../tables/changes-table.ts';
import type { KeyRow } from '../tables/keys-table.ts';

/** The change that made a key what it is, as far as the table of keys knows it. */
export function putRowOf(key: string, current: KeyRow): PutRow {
  const { value, createRevision, version, lease, contentType, changeNumber, timestampUs } = current;
  const unknown = { previous: null, index: 0, stateHash: 0, traceparent: null, client: null };
  return { op: 'put', key, value, createRevision, version, lease, contentType, changeNumber, timestampUs, ...unknown };
}
