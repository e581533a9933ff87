import type { ErrorData } from '@quorate/config-store';
import { changeRefusalCode } from '@quorate/raft';

/** Status numbers as HTTP has them, for the header of NATS's services. A code that is not here is 500. */
const statusByCode: ReadonlyMap<string, number> = new Map([
  ['InvalidKey', 400],
  ['KeyTooLarge', 400],
  ['ValueTooLarge', 400],
  ['InvalidLimit', 400],
  ['InvalidRevision', 400],
  ['InvalidRange', 400],
  ['InvalidContentType', 400],
  ['InvalidRetention', 400],
  ['TransactionTooLarge', 400],
  ['KeyWrittenTwice', 400],
  ['RevisionCompacted', 404],
  ['RevisionNotWritten', 404],
  ['InvalidSession', 400],
  ['SessionWindowExceeded', 400],
  ['SessionResultsTooLarge', 400],
  ['SequencePassed', 409],
  ['SessionExpired', 410],
  ['TooManySessions', 503],
  ['InvalidLease', 400],
  ['LeaseFull', 400],
  ['UnknownLease', 404],
  ['LeaseOfAnother', 409],
  ['LeaseExpired', 410],
  ['TooManyLeases', 503],
  ['InvalidFence', 400],
  ['LockLost', 409],
  ['QuotaExceeded', 409],
  ['TooManyQuotas', 409],
  ['InvalidQuota', 400],
  ['InvalidSchema', 400],
  ['SchemaViolation', 400],
  ['KeysDoNotMatch', 409],
  ['TooManySchemas', 409],
  ['SchemaChanged', 503],
  ['KeysChanged', 503],
  ['InvalidCommand', 400],
  ['InvalidQuery', 400],
  ['InvalidRequest', 400],
  ['Compacted', 404],
  ['RevisionMismatch', 409],
  ['AnotherCluster', 409],
  ['FormationRefused', 409],
  ['JoinRefused', 409],
  ...changeRefusalCode.options.map((code) => [code, code === 'TransferTimedOut' ? 504 : 409] as const),
  ['SnapshotDamaged', 400],
  ['UnknownSnapshotFormat', 400],
  ['SnapshotOfAnotherCluster', 409],
  ['SnapshotOfAnotherGroup', 409],
  ['SnapshotGone', 404],
  ['TooStale', 503],
  ['NoLeader', 503],
  ['Overloaded', 503],
  ['Unformed', 503],
  ['NodeSpent', 503],
  ['StateParted', 503],
  ['Unavailable', 503],
  ['NotYetApplied', 504],
  ['Timeout', 504],
  ['DiskSpaceLow', 507],
  ['OutcomeUnknown', 504],
]);

/** The status number of an error's code. */
export const statusOf = (code: string): number => statusByCode.get(code) ?? 500;

/** The headers that NATS's services convention has for a failure. The body names the error in full. */
export function serviceErrorHeaders(error: ErrorData): {
  readonly 'Nats-Service-Error': string;
  readonly 'Nats-Service-Error-Code': string;
} {
  return {
    'Nats-Service-Error': headerText(`${error.code}: ${error.message}`),
    'Nats-Service-Error-Code': String(statusOf(error.code)),
  };
}

/** A header is one line; other people's clients may read it as ASCII. */
const headerText = (text: string): string => text.replace(/[^ -~]/gu, '?').slice(0, 256);
