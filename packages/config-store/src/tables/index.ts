export { auditTable } from './audit-table.ts';
export { type ChangePlace, comparePlaces } from './change-place.ts';
export { type ChangeRow, changesTable, type DeleteRow, type PutRow } from './changes-table.ts';
export { type DeletedKeyRow, deletedKeysTable } from './deleted-keys-table.ts';
export { defaultRetention, type HistoryRow, historyTable, type Retention, wholeHistory } from './history-table.ts';
export { entryOf, type KeyRow, keysTable, placeOf, type StoredEntry, type Version } from './keys-table.ts';
export { LANDMARK_EVERY, type LandmarkKey, type LandmarkRow, landmarksTable } from './landmarks-table.ts';
export { type LeaseCheck, leaseExpiryTable } from './lease-expiry-table.ts';
export { type LeaseKey, leaseKeysTable } from './lease-keys-table.ts';
export { type LeaseTotalsRow, leaseTotalsTable } from './lease-totals-table.ts';
export { type LeaseRow, leasesTable } from './leases-table.ts';
export { MemoryTables } from './memory-tables.ts';
export { type QuotaRow, quotasTable } from './quotas-table.ts';
export { type SchemaRow, schemasTable } from './schemas-table.ts';
export { sessionCountTable } from './session-count-table.ts';
export { type SessionCheck, sessionExpiryTable } from './session-expiry-table.ts';
export { type KeptResult, type SessionRow, sessionsTable } from './sessions-table.ts';
export type { KeyReader, KeyWriter, RowReader, RowWriter, Table } from './table.ts';
export {
  nothingApplied,
  type Progress,
  type TableRange,
  type TableRow,
  type Tables,
  type TablesReader,
  type TablesWriter,
} from './tables.ts';
