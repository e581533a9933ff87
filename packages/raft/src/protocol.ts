import type { NodeId } from '@quorate/actor';
import { z } from 'zod';
import { decodeConfiguration, isConfiguration, isNodeId, isStorageId } from './membership/configuration-codec.ts';
import type { SnapshotRecord } from './storage/snapshot-files.ts';
import type { Configuration, EntryFields, EntryKind, LeaderToken, LogEntry, LogIndex, Term } from './types.ts';
import { isEntryTime, isLeaderToken, isLogIndex, isTerm } from './types.ts';

/** No hard promise is longer: a voter that made it could be without a leader for as long. */
export const maxPromiseMs = 10_000;

/** Far beyond what any group reaches. A term at the end of the numbers would be taken over, and none could follow it. */
const maxCounter = 2 ** 48;

/** Far beyond any setting. A follower that took a longer one over would never campaign again. */
const maxTimeoutMs = 24 * 60 * 60 * 1000;

const isMessageTerm = (value: unknown): value is Term => isTerm(value) && value <= maxCounter;

const isMessageIndex = (value: unknown): value is LogIndex => isLogIndex(value) && value <= maxCounter;

/**
 * What one actor accepts: each kind of message with the check that the bus makes before the actor sees it. `peer` kinds
 * come from any node of the cluster, `node` kinds from the actor's own node and incarnation only: else a peer could tell an
 * applier what is committed. The messages of an actor's own timers are in neither: no bus delivers them.
 */
export interface Protocol {
  readonly peer: Readonly<Record<string, z.ZodType>>;
  readonly node: Readonly<Record<string, z.ZodType>>;
}

type MessagesOf<Schemas extends Readonly<Record<string, z.ZodType>>> = {
  [Kind in keyof Schemas & string]: Readonly<{ kind: Kind } & z.infer<Schemas[Kind]>>;
}[keyof Schemas & string];

/** The messages of a protocol, as a union discriminated by `kind`. */
export type MessageOf<Declared extends Protocol> = MessagesOf<Declared['peer']> | MessagesOf<Declared['node']>;

const entryKinds: readonly unknown[] = ['command', 'noop', 'configuration'] satisfies EntryKind[];

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isEntryFields = (value: unknown): value is EntryFields =>
  isRecord(value) && Object.values(value).every((field) => typeof field === 'string' || typeof field === 'number');

const isLogEntry = (value: unknown): value is LogEntry =>
  isRecord(value) &&
  isMessageTerm(value.term) &&
  isMessageIndex(value.index) &&
  value.index > 0 &&
  entryKinds.includes(value.kind) &&
  value.command instanceof Uint8Array &&
  isEntryTime(value) &&
  (value.kind !== 'configuration' || decodeConfiguration(value.command) !== null) &&
  (value.fields === undefined || isEntryFields(value.fields));

/** Entries of a log, each of its own. */
const areEntriesOfPlaces = (value: unknown): value is readonly LogEntry[] =>
  Array.isArray(value) && value.every((entry) => isLogEntry(entry));

/** Entries of a log, without a gap: each index is one more than the last, terms and log time never fall, timestamps rise. */
const areLogEntries = (value: unknown): value is readonly LogEntry[] => {
  if (!Array.isArray(value)) return false;
  let previous: LogEntry | null = null;
  for (const entry of value) {
    if (!isLogEntry(entry)) return false;
    if (previous !== null && !follows(previous, entry)) return false;
    previous = entry;
  }
  return true;
};

const follows = (previous: LogEntry, entry: LogEntry): boolean =>
  entry.index === previous.index + 1 &&
  entry.term >= previous.term &&
  entry.timestampUs > previous.timestampUs &&
  entry.logTimeMs >= previous.logTimeMs;

const isSnapshotRecord = (value: unknown): value is SnapshotRecord =>
  isRecord(value) &&
  isMessageTerm(value.term) &&
  isMessageIndex(value.index) &&
  value.index > 0 &&
  isEntryTime(value) &&
  isConfiguration(value.configuration) &&
  typeof value.id === 'string' &&
  /^[a-zA-Z0-9-]{1,128}$/.test(value.id) &&
  Number.isSafeInteger(value.bytes) &&
  Number(value.bytes) > 0;

/** The checks that messages are made of. */
export const shape = {
  term: z.custom<Term>(isMessageTerm, 'a term'),
  index: z.custom<LogIndex>(isMessageIndex, 'a log index'),
  token: z.custom<LeaderToken>(isLeaderToken, 'a leader token'),
  node: z.custom<NodeId>(isNodeId, 'a node id'),
  storage: z.custom<string>(isStorageId, 'a storage id'),
  counter: z.number().int().nonnegative(),
  time: z.object({ timestampUs: z.number().int().nonnegative(), logTimeMs: z.number().int().nonnegative() }),
  timeoutMs: z.number().positive().max(maxTimeoutMs),
  nothing: z.custom<object>(isRecord, 'an object'),
  /** A stretch of time that a hard promise may be asked for. */
  promiseMs: z.number().nonnegative().max(maxPromiseMs),
  /** A moment on the monotonic clock of whoever says it. */
  timeMs: z.number(),
  moment: z.object({ clockMs: z.number(), wallMs: z.number() }),
  flag: z.boolean(),
  text: z.string(),
  bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'bytes'),
  entries: z.custom<readonly LogEntry[]>(areLogEntries, 'entries without a gap'),
  entriesOfPlaces: z.custom<readonly LogEntry[]>(areEntriesOfPlaces, 'entries'),
  snapshot: z.custom<SnapshotRecord>(isSnapshotRecord, 'a snapshot'),
  configuration: z.custom<Configuration>(isConfiguration, 'a configuration'),
} as const;
