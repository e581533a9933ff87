import { auditTable } from '../tables/audit-table.ts';
import { keysTable } from '../tables/keys-table.ts';
import type { TablesWriter } from '../tables/tables.ts';
import type { StateHash } from './state-hash.ts';

/** With every so manieth revision so many keys are looked at: less than one for each write, which costs a write little. */
const auditEveryRevisions = 64;
const auditedKeys = 16;

/**
 * Takes some keys, as they stand, into the hash, and goes on from there the next time, round and round. What was written is in the hash anyway; this has it notice
 * as well what nobody has written: a row that went astray on one node (a bug in a store, a file that somebody altered) and that no write touches again.
 */
export function auditKeys(writer: TablesWriter, revision: number, hash: StateHash): void {
  if (revision % auditEveryRevisions !== 0) return;
  const after = writer.get(auditTable, null) ?? '';
  const rows = writer.range(keysTable, after === '' ? { limit: auditedKeys } : { after, limit: auditedKeys });
  for (const { key, row } of rows) {
    hash.text(key);
    hash.counter(row.createRevision);
    hash.counter(row.modRevision);
    hash.counter(row.version);
    hash.counter(row.lease ?? 0);
    hash.text(row.contentType ?? '');
    hash.bytes(row.value);
  }
  const last = rows.length < auditedKeys ? '' : (rows.at(-1)?.key ?? '');
  if (last !== after) writer.put(auditTable, null, last);
}
