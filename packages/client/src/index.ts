export {
  type Alarm,
  alarmsOf,
  type ClockAlarm,
  clocksOf,
  type DiskAlarm,
  type ForeignNodeAlarm,
  type PayloadAlarm,
  type StateAlarm,
  writesRefused,
} from './alarms.ts';
export { checkSnapshot } from './check-snapshot.ts';
export { connect } from './connect.ts';
export * from './errors.ts';
export { formCluster } from './form-cluster.ts';
export type { FormClusterOptions, FormedCluster } from './form-options.ts';
export type * from './history.ts';
export {
  type AlarmJson,
  type ClusterMembersJson,
  type ClusterStatusJson,
  type CommittedEntryJson,
  clusterMembersToJson,
  clusterStatusToJson,
  committedEntryToJson,
  type EntryAsReadJson,
  type EntryJson,
  entryAsReadToJson,
  entryToJson,
  type KeyChangeJson,
  keyChangeToJson,
  keyInfoToJson,
  type LeaseJson,
  leaseToJson,
  type OperationResultJson,
  slowWriteToJson,
  snapshotToJson,
  type TransactionResultJson,
  tracedPutToJson,
  transactionFromJson,
  transactionResultToJson,
  type WatchedChangeJson,
  watchedChangeToJson,
} from './json.ts';
export type * from './lease/leases.ts';
export type * from './lock/lock.ts';
export type * from './members.ts';
export type * from './options.ts';
export type * from './quota/quotas.ts';
export { restoreCluster } from './restore-cluster.ts';
export type * from './schema/schemas.ts';
export type * from './snapshots.ts';
export type * from './store.ts';
export type * from './transaction.ts';
export type * from './watch.ts';
export type * from './write-trace.ts';
