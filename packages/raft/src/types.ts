import type { Brand, NodeId } from '@quorate/actor';

/** A term of office (Raft §5.1). 0 before the first election. */
export type Term = Brand<number, 'Term'>;

/** A place in the log (Raft §5.3). The first entry has index 1; 0 is the place before it. */
export type LogIndex = Brand<number, 'LogIndex'>;

/** What the log store hands to the one leader of a term, and what every act of that leader must show. Unique in an incarnation. */
export type LeaderToken = Brand<number, 'LeaderToken'>;

const isCounter = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** Whether `value` can be a term. */
export const isTerm = (value: unknown): value is Term => isCounter(value);

/** Whether `value` can be an index. */
export const isLogIndex = (value: unknown): value is LogIndex => isCounter(value);

/** Whether `value` can be a leader's token. */
export const isLeaderToken = (value: unknown): value is LeaderToken => isCounter(value);

/** Whether `timestampUs` and `logTimeMs` of `value` can be an entry's. */
export const isEntryTime = (value: { readonly timestampUs?: unknown; readonly logTimeMs?: unknown }): boolean =>
  isCounter(value.timestampUs) && isCounter(value.logTimeMs);

/** @throws {RangeError} if `value` is no counter */
export function term(value: number): Term {
  if (!isTerm(value)) throw new RangeError(`${value} is no term`);
  return value;
}

/** @throws {RangeError} if `value` is no counter */
export function logIndex(value: number): LogIndex {
  if (!isLogIndex(value)) throw new RangeError(`${value} is no log index`);
  return value;
}

/** @throws {RangeError} if `value` is no counter */
export function leaderToken(value: number): LeaderToken {
  if (!isLeaderToken(value)) throw new RangeError(`${value} is no leader token`);
  return value;
}

/** The smaller of two indexes. */
export const minIndex = (a: LogIndex, b: LogIndex): LogIndex => (a < b ? a : b);

/** The larger of two indexes. */
export const maxIndex = (a: LogIndex, b: LogIndex): LogIndex => (a > b ? a : b);

/** `command` is the state machine's; a new leader commits a `noop` first (Raft §8); `configuration` changes the members. */
export type EntryKind = 'command' | 'noop' | 'configuration';

/** When an entry got its place in the log, by the clocks of the leader that gave it. */
export interface EntryTime {
  /** Hybrid logical clock (Kulkarni et al., OPODIS 2014), in microseconds since the epoch: close to real time, and higher with each entry of the log, whoever leads. */
  readonly timestampUs: number;
  /** How long the log has had a leader, in milliseconds on the monotonic clocks of those it had. It never falls along the log: what expires, expires by it. */
  readonly logTimeMs: number;
}

/** The time before the first entry. */
export const timeBeforeLog: EntryTime = { timestampUs: 0, logTimeMs: 0 };

/** One entry of the log: an envelope around bytes that only the state machine reads. */
export interface LogEntry extends EntryTime {
  readonly term: Term;
  readonly index: LogIndex;
  readonly kind: EntryKind;
  /** The command exactly as the client sent it; empty for a no-op. */
  readonly command: Uint8Array;
  /** Optional fields, such as `traceparent`; those that this version does not know are kept. */
  readonly fields?: EntryFields;
}

/** The optional fields of an entry. */
export type EntryFields = Readonly<Record<string, string | number>>;

/** What a node must not forget (Raft figure 2, persistent state), but for the log. */
export interface HardState {
  readonly currentTerm: Term;
  readonly votedFor: NodeId | null;
}

/** A voter is a node with the disk that it had when it joined: a wiped one has forgotten its votes. */
export interface Voter {
  readonly id: NodeId;
  readonly storageId: string;
}

/** A member without a vote: it gets the log, and counts for nothing. */
export interface Learner extends Voter {
  /** Whether the leader makes it a voter by itself when it has caught up. */
  readonly isPromotedWhenCaughtUp: boolean;
  /** The member that goes when this one becomes a voter; null if none does. */
  readonly replaces: NodeId | null;
}

/** The members of a group (Raft §6). */
export interface Configuration {
  readonly voters: readonly Voter[];
  /** While the voters change (joint consensus): those before, of whom a majority is needed as well. Empty at any other time. */
  readonly outgoingVoters: readonly Voter[];
  readonly learners: readonly Learner[];
  /** Who was a member once: an id never comes back, since its machine may have forgotten its votes. */
  readonly removed: readonly NodeId[];
}
