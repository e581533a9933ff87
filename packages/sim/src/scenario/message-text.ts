import { decodeConfiguration, type HardState, type LogEntry, type Moment } from '@quorate/raft';
import type { ActorMessage } from '../host/actor-message.ts';
import { transactionText } from '../workload/client-transactions.ts';
import { leaseWorkText } from '../workload/lease-work.ts';
import { encodeCommand, isLeaseWork, plainCodec } from '../workload/plain-codec.ts';
import { textOf } from '../workload/text-bytes.ts';
import { changeText, configurationText } from './change-words.ts';

/** Rounds of confirmation are numbered from here in each leadership: the story needs only what follows. */
const roundsOfOneLeadership = 2 ** 32;

/** The entry that a scenario puts at that place of a log: one index and term, one entry. */
export function commandAt(index: number, term: number): Uint8Array {
  const value = Uint8Array.from(String(term), (digit) => digit.charCodeAt(0));
  return encodeCommand({ kind: 'put', key: `/${index}`, value });
}

/** A command in the words in which it was asked for. */
export function commandText(bytes: Uint8Array): string {
  const command = plainCodec.decodeCommand(bytes);
  if (command.kind === 'openSession') return `open a session of ${command.ttlMs} ms`;
  if (isLeaseWork(command)) return leaseWorkText(command).replaceAll('\n', ' ');
  if (command.kind === 'txn') return `transaction ${transactionText(command)}`;
  return command.kind === 'put' ? `put ${command.key}=${textOf(command.value)}` : `delete ${command.key}`;
}

/** An entry as `index:term` and what it holds. */
export function entryText({ index, term, kind, command }: LogEntry): string {
  const place = `${index}:${term}`;
  if (kind === 'noop') return `${place} no-op`;
  if (kind === 'configuration') {
    const configuration = decodeConfiguration(command);
    return `${place} ${configuration === null ? 'no configuration' : configurationText(configuration)}`;
  }
  const isGiven = textOf(command) === textOf(commandAt(index, term));
  return isGiven ? place : `${place} ${commandText(command)}`;
}

/** Entries, one after the other. */
export const entriesText = (entries: readonly LogEntry[]): string => entries.map(entryText).join(', ');

/** Term and vote. */
export const hardStateText = ({ currentTerm, votedFor }: HardState): string =>
  `term ${currentTerm}, ${votedFor === null ? 'no vote' : `vote for ${votedFor}`}`;

/** The paper's name of a message: `requestVote` is `RequestVote`. */
export const kindText = (message: ActorMessage): string =>
  `${message.kind.slice(0, 1).toUpperCase()}${message.kind.slice(1)}`;

/** The kind of a message and the number that its asker gave it, which the reply echoes. */
export function nameText(message: ActorMessage): string {
  if (message.kind === 'leaderProbe') return `${kindText(message)} #${message.probe}`;
  return 'sequence' in message ? `${kindText(message)} #${message.sequence}` : kindText(message);
}

/** A message with the fields that matter. */
export function messageText(message: ActorMessage): string {
  const fields = fieldsOf(message);
  return fields.length === 0 ? nameText(message) : `${nameText(message)} ${fields.join(' ')}`;
}

function fieldsOf(message: ActorMessage): readonly string[] {
  switch (message.kind) {
    case 'requestPreVote':
      return [`term=${message.term}`, `last=${message.lastLogIndex}:${message.lastLogTerm}`];
    case 'requestVote':
      return [
        `term=${message.term}`,
        `last=${message.lastLogIndex}:${message.lastLogTerm}`,
        ...(message.isTransfer ? ['transfer'] : []),
      ];
    case 'requestPreVoteReply':
    case 'requestVoteReply':
      return [`term=${message.term}`, message.voteGranted ? 'granted' : 'refused'];
    case 'appendEntries':
      return [
        `term=${message.term}`,
        `prev=${message.prevLogIndex}:${message.prevLogTerm}`,
        `commit=${message.leaderCommit}`,
        ...roundOf(message.round),
        ...(message.leaseMs > 0 ? [`lease=${message.leaseMs}`] : []),
        ...(message.freshness === null ? [] : [`fresh=${freshnessText(message.freshness)}`]),
        `[${entriesText(message.entries)}]`,
      ];
    case 'appendEntriesReply':
      return [
        `term=${message.term}`,
        ...(message.success
          ? ['success', `match=${message.matchIndex}`]
          : ['refused', `conflict=${message.conflictIndex}:${message.conflictTerm}`]),
        ...roundOf(message.round),
        ...(message.promisedMs > 0 ? [`promised=${message.promisedMs}`] : []),
        ...(message.isRepairing ? ['repairing'] : []),
      ];
    case 'fetchEntries':
      return [`at ${message.indexes.join(', ')}`];
    case 'fetchedEntries':
      return [
        `[${entriesText(message.entries)}]`,
        `looked up to ${message.throughIndex}`,
        ...(message.leaderTerm === null ? [] : [`leads term ${message.leaderTerm}`]),
      ];
    case 'repairPoint':
      return [`term=${message.term}`];
    case 'repairPointReply':
      return [`term=${message.term}`, `last=${message.lastLogIndex}`];
    case 'installSnapshot':
      return [
        `term=${message.term}`,
        `snapshot=${message.record.id}`,
        `bytes ${message.offset} to ${message.offset + message.bytes.length} of ${message.record.bytes}`,
      ];
    case 'installSnapshotReply':
      return [`term=${message.term}`, `snapshot=${message.id}`, `next=${message.nextOffset}`];
    case 'propose':
      return [`term=${message.term}`, commandText(message.command)];
    case 'proposeChange':
      return [`term=${message.term}`, changeText(message.change)];
    case 'transferLeadership':
      return [`term=${message.term}`, `to ${message.target ?? 'anyone'}`];
    case 'transferReply':
      return [`term=${message.term}`, message.code];
    case 'timeoutNow':
      return [`term=${message.term}`];
    case 'proposeReply':
      return [`term=${message.term}`, outcomeText(message.outcome)];
    case 'readIndex':
      return [`term=${message.term}`, ...(message.mayUseLease ? [] : ['of a quorum'])];
    case 'readIndexReply':
      return [`term=${message.term}`, message.readIndex === null ? 'refused' : `readIndex=${message.readIndex}`];
    default:
      return [];
  }
}

const roundOf = (round: number): readonly string[] => (round === 0 ? [] : [`round=${round % roundsOfOneLeadership}`]);

/** As of when, by the receiver's clock, all that was acknowledged is at or below which index. */
const freshnessText = ({ readIndex, asOf }: { readonly readIndex: number; readonly asOf: Moment }): string =>
  `${readIndex}@${Math.round(asOf.clockMs)}ms`;

function outcomeText(outcome: Extract<ActorMessage, { kind: 'proposeReply' }>['outcome']): string {
  if (outcome.kind === 'applied') return `applied at ${outcome.index}`;
  if (outcome.kind === 'overloaded') return 'overloaded';
  return outcome.kind === 'rejected' ? `rejected: ${outcome.code}` : `${outcome.kind}: ${outcome.reason}`;
}
