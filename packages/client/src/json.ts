import type { BoundWrite, Command, Write } from '@quorate/config-store';
import {
  type CommandJson,
  commandToJson,
  type EntryJson,
  type KeyChangeJson,
  type LeaseJson,
  type OperationResultJson,
  transactionFromJson as storedTransaction,
  timestampText,
  type CommittedEntryJson as WireCommittedEntryJson,
  type WatchedChangeJson as WireWatchedChangeJson,
  entryToJson as wireEntryToJson,
  keyChangeToJson as wireKeyChangeToJson,
  leaseToJson as wireLeaseToJson,
} from '@quorate/wire';
import { type Alarm, alarmsOf, type StateAlarm } from './alarms.ts';
import { checkFenceOption } from './check-options.ts';
import type { AttributedChange, KeyChange } from './history.ts';
import type { Lease } from './lease/leases.ts';
import type { ClusterMembers } from './members.ts';
import type { NodeSnapshot, SnapshotInfo } from './snapshots.ts';
import type {
  ClusterStatus,
  CommittedCommand,
  CommittedEntry,
  CommittedWrite,
  Entry,
  KeyInfo,
  MemberStatus,
  ReadResult,
} from './store.ts';
import type { Fence, OperationResult, Transaction, TransactionResult } from './transaction.ts';
import { toCommand } from './transaction-command.ts';
import { transactionOf } from './transaction-of-command.ts';
import type { WatchedChange } from './watch.ts';
import type { SlowWrite, TracedPut, WriteTimeline } from './write-trace.ts';

export type { EntryJson, KeyChangeJson, LeaseJson, OperationResultJson };

/** What came of a transaction, as JSON: numbers of 64 bits are texts. */
export interface TransactionResultJson {
  readonly revision: string;
  readonly succeeded: boolean;
  readonly results: readonly OperationResultJson[];
}

/** A committed entry as JSON: numbers of 64 bits are texts, a command that cannot be read is base64. */
export type CommittedEntryJson = WireCommittedEntryJson;

/** A group's status as JSON: numbers of 64 bits are texts. */
export interface ClusterStatusJson {
  readonly leader: string | null;
  readonly alarms: readonly AlarmJson[];
  readonly nodes: readonly Readonly<Record<string, unknown>>[];
}

/** An alarm as JSON: numbers of 64 bits are texts. */
export type AlarmJson = Exclude<Alarm, StateAlarm> | (Omit<StateAlarm, 'revision'> & { readonly revision: string });

/** A group's members as JSON: numbers of 64 bits are texts. */
export interface ClusterMembersJson {
  readonly leader: string | null;
  readonly members: readonly Readonly<Record<string, unknown>>[];
  readonly removed: readonly string[];
}

/** A group's members as JSON: `{"leader":"n1","members":[{"id":"n1","role":"voter","matchIndex":"42",…}],"removed":[]}`. */
export function clusterMembersToJson({ leader, members, removed }: ClusterMembers): ClusterMembersJson {
  const text = (value: bigint | null): string | null => (value === null ? null : String(value));
  const shown = members.map((member) => ({ ...member, matchIndex: text(member.matchIndex), lag: text(member.lag) }));
  return { leader, members: shown, removed };
}

/** An entry as JSON: numbers of 64 bits are texts; the value is `value` if it is UTF-8, else `valueBase64`. */
export const entryToJson = (entry: Entry): EntryJson => wireEntryToJson({ ...countersOf(entry), value: entry.value });

function countersOf(info: KeyInfo): Omit<Parameters<typeof wireEntryToJson>[0], 'value'> {
  return {
    key: info.key,
    createRevision: Number(info.createRevision),
    modRevision: Number(info.modRevision),
    version: Number(info.version),
    lease: info.lease === null ? null : Number(info.lease),
    contentType: info.contentType,
  };
}

/** An entry as JSON, with the revision of the store and the end of the log that it was read at. */
export interface EntryAsReadJson extends EntryJson {
  readonly revision: string;
  readonly appliedIndex: string;
}

/** An entry as JSON, with the revision and the index that it was read at: those of its page, or of its `read`. */
export function entryAsReadToJson(
  entry: Entry,
  { revision, appliedIndex }: Pick<ReadResult, 'revision' | 'appliedIndex'>,
): EntryAsReadJson {
  return { ...entryToJson(entry), revision: String(revision), appliedIndex: String(appliedIndex) };
}

/** A committed entry as JSON. */
export function committedEntryToJson(entry: CommittedEntry): CommittedEntryJson {
  return {
    index: String(entry.index),
    term: String(entry.term),
    kind: entry.kind,
    time: timestampText(Number(entry.timestampUs)),
    logTimeMs: String(entry.logTimeMs),
    ...commandFields(entry),
    ...(Object.keys(entry.fields).length === 0 ? {} : { fields: entry.fields }),
  };
}

function commandFields(entry: CommittedEntry): { readonly command?: CommandJson; readonly commandBase64?: string } {
  if (entry.command !== null) return { command: commandToJson(storedCommand(entry.command)) };
  if (entry.commandBytes.length === 0) return {};
  return { commandBase64: Buffer.from(entry.commandBytes).toString('base64') };
}

function storedCommand(command: CommittedCommand): Command {
  switch (command.kind) {
    case 'openSession':
      return command;
    case 'keepSession':
      return { kind: 'keepSession', session: Number(command.session), floor: Number(command.floor) };
    case 'closeSession':
      return { kind: 'closeSession', session: Number(command.session) };
    default: {
      const { inSession, ...write } = command;
      if (inSession === undefined) return storedBoundWrite(write);
      const { session, sequence, floor } = inSession;
      const place = { session: Number(session), sequence: Number(sequence), floor: Number(floor) };
      return { ...storedBoundWrite(write), inSession: place };
    }
  }
}

function storedBoundWrite({ fence, ...write }: CommittedWrite & { readonly fence?: Fence }): BoundWrite {
  return { ...storedWrite(write), ...checkFenceOption(fence) };
}

function storedWrite(command: CommittedWrite): Write {
  switch (command.kind) {
    case 'put': {
      const { ifRevision, lease, ...rest } = command;
      const leased = lease === undefined ? rest : { ...rest, lease: Number(lease) };
      return ifRevision === undefined ? leased : { ...leased, ifRevision: Number(ifRevision) };
    }
    case 'delete': {
      const { ifRevision, ...rest } = command;
      return ifRevision === undefined ? rest : { ...rest, ifRevision: Number(ifRevision) };
    }
    case 'keepLease':
    case 'revokeLease':
      return { ...command, lease: Number(command.lease) };
    case 'setSchema': {
      const { checkedRevision, ...rest } = command;
      return { ...rest, checkedRevision: checkedRevision === null ? null : Number(checkedRevision) };
    }
    case 'setQuota':
    case 'deleteQuota':
    case 'deleteSchema':
    case 'grantLease':
      return command;
    case 'txn':
      return toCommand(command);
    case 'compact':
      return { kind: 'compact', revision: command.revision === null ? null : Number(command.revision) };
    case 'setRetention':
      return command;
  }
}

/** A transaction that was parsed from JSON, as `txn` takes it. @throws {InvalidRequest | InvalidRevision | InvalidLimit} */
export const transactionFromJson = (json: unknown): Required<Transaction> => transactionOf(storedTransaction(json));

/** What came of a transaction, as JSON: numbers of 64 bits are texts. */
export function transactionResultToJson({ revision, succeeded, results }: TransactionResult): TransactionResultJson {
  return { revision: String(revision), succeeded, results: results.map(operationResultToJson) };
}

function operationResultToJson(result: OperationResult): OperationResultJson {
  switch (result.op) {
    case 'put':
    case 'delete':
      return result;
    case 'get':
      return { op: 'get', entry: result.entry === null ? null : entryToJson(result.entry) };
    case 'list':
      return { op: 'list', entries: result.entries.map(entryToJson), more: result.more };
    case 'txn':
      return { op: 'txn', succeeded: result.succeeded, results: result.results.map(operationResultToJson) };
  }
}

/** What is known of a key, as JSON: numbers of 64 bits are texts. */
export const keyInfoToJson = (info: KeyInfo): EntryJson => wireEntryToJson({ ...countersOf(info), value: null });

/** A change of a key, as JSON: numbers of 64 bits are texts. */
export function keyChangeToJson(change: KeyChange | AttributedChange): KeyChangeJson {
  const origin = {
    revision: Number(change.revision),
    index: change.index === null ? null : Number(change.index),
    timestampUs: Number(change.timestampUs),
    traceparent: change.traceparent,
    ...('client' in change ? { client: change.client } : {}),
  };
  if (change.op === 'delete') return wireKeyChangeToJson({ op: 'delete', ...origin });
  const { value, createRevision, version, lease, contentType } = change;
  return wireKeyChangeToJson({
    op: 'put',
    ...origin,
    value,
    createRevision: Number(createRevision),
    version: Number(version),
    lease: lease === null ? null : Number(lease),
    contentType,
  });
}

/** A lease as JSON: numbers of 64 bits are texts. */
export const leaseToJson = ({ lease, grantedAtUs, keptAtUs, ...rest }: Lease): LeaseJson =>
  wireLeaseToJson({ lease: Number(lease), grantedAtUs: Number(grantedAtUs), keptAtUs: Number(keptAtUs), ...rest });

/** A change as a watch gives it, as JSON. */
export type WatchedChangeJson = Omit<WireWatchedChangeJson, 'ordinal'>;

/** A change as a watch gives it, as JSON: numbers of 64 bits are texts. */
export function watchedChangeToJson(change: WatchedChange): WatchedChangeJson {
  const { key, previous, previousOmitted } = change;
  return {
    key,
    ...keyChangeToJson(change),
    ...(previous === null ? {} : { previous: entryToJson(previous) }),
    ...(previousOmitted ? { previousOmitted } : {}),
  };
}

/** A node's snapshot, or what a snapshot file holds, as JSON: numbers of 64 bits are texts. */
export function snapshotToJson(snapshot: NodeSnapshot | SnapshotInfo): Readonly<Record<string, unknown>> {
  const { index, term, revision } = snapshot;
  return { ...snapshot, index: String(index), term: String(term), revision: String(revision) };
}

/** A group's status as JSON: `{"leader":"n1","alarms":[],"nodes":[{"id":"n1","pid":4711,"role":"leader","term":"3","commitIndex":"42",…}]}`. */
export function clusterStatusToJson(status: ClusterStatus): ClusterStatusJson {
  return { leader: status.leader, alarms: alarmsOf(status).map(alarmToJson), nodes: status.nodes.map(memberToJson) };
}

const alarmToJson = (alarm: Alarm): AlarmJson =>
  alarm.code === 'StateParted' ? { ...alarm, revision: String(alarm.revision) } : alarm;

function memberToJson(member: MemberStatus): Readonly<Record<string, unknown>> {
  if (member.role === 'unreachable') return { ...member };
  return {
    ...member,
    term: String(member.term),
    commitIndex: String(member.commitIndex),
    lastApplied: String(member.lastApplied),
    lastLogIndex: String(member.lastLogIndex),
    firstIndex: String(member.firstIndex),
    partings: member.partings.map((parting) => ({ ...parting, revision: String(parting.revision) })),
    peers: member.peers.map((peer) => ({ ...peer, matchIndex: String(peer.matchIndex), lag: String(peer.lag) })),
  };
}

/** A traced write as JSON: numbers of 64 bits are texts. */
export const tracedPutToJson = ({ revision, timeline, ...traced }: TracedPut): Readonly<Record<string, unknown>> => ({
  revision: String(revision),
  ...traced,
  timeline: timeline === null ? null : timelineToJson(timeline),
});

/** A slow write as JSON: numbers of 64 bits are texts. */
export const slowWriteToJson = (write: SlowWrite): Readonly<Record<string, unknown>> => timelineToJson(write);

const timelineToJson = ({ index, term, ...timeline }: WriteTimeline): Readonly<Record<string, unknown>> => ({
  index: String(index),
  term: String(term),
  ...timeline,
});
