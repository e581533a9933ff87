import type { Command } from '@quorate/config-store';
import { type EntryFields, isLogIndex, isTerm, type LogEntry, type LogIndex, type Term } from '@quorate/raft';
import { z } from 'zod';
import { decodeCommand } from '../config-store/command-codec.ts';
import { type CommandJson, commandToJson } from '../config-store/command-json.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { timestampText } from '../config-store/timestamp-text.ts';
import { MalformedMessage } from './errors.ts';

/** A page of committed entries, and how far the log of the node that gives it reaches. */
export interface EntriesPage {
  /** The first index that is kept. */
  readonly firstIndex: LogIndex;
  /** The last index that is committed. */
  readonly commitIndex: LogIndex;
  /** In order, without a gap; empty if nothing that was asked for is committed yet. */
  readonly entries: readonly LogEntry[];
}

/** The version of messages and pages with entries of the log. */
const ENTRIES_FORMAT_VERSION = 2;

/** `[2, [entry, …]]`: a message on the stream of committed entries, with one or more of them, in order and without a gap. */
export function encodeCommitted(entries: readonly LogEntry[]): Uint8Array {
  return encodeMsgpack([ENTRIES_FORMAT_VERSION, entries.map(frameOf)]);
}

/** `[2, firstIndex, commitIndex, [entry, …]]`: the body of a reply of `entries`. */
export function encodeEntriesPage(page: EntriesPage): Uint8Array {
  return encodeMsgpack([ENTRIES_FORMAT_VERSION, page.firstIndex, page.commitIndex, page.entries.map(frameOf)]);
}

/** An entry is `[index, term, kind, timestampUs, logTimeMs, command, fields | null]`. */
const frameOf = (entry: LogEntry): readonly unknown[] => [
  entry.index,
  entry.term,
  entry.kind,
  entry.timestampUs,
  entry.logTimeMs,
  entry.command,
  entry.fields ?? null,
];

const index = z.custom<LogIndex>(isLogIndex);

const entryFrame = z
  .tuple([
    index,
    z.custom<Term>(isTerm),
    z.enum(['command', 'noop', 'configuration']),
    z.int().nonnegative(),
    z.int().nonnegative(),
    z.instanceof(Uint8Array),
    z.record(z.string(), z.union([z.string(), z.number()])).nullable(),
  ])
  .transform(([index, term, kind, timestampUs, logTimeMs, command, fields]): LogEntry => {
    return { index, term, kind, timestampUs, logTimeMs, command, ...(fields === null ? {} : { fields }) };
  });

const entriesFrame = z
  .array(entryFrame)
  .refine((entries) => entries.every((entry, at) => entry.index === (entries[0]?.index ?? 0) + at));

const committedFrame = z.tuple([z.literal(ENTRIES_FORMAT_VERSION), entriesFrame]);

const pageFrame = z.tuple([z.literal(ENTRIES_FORMAT_VERSION), index, index, entriesFrame]);

/** Commands are views of `bytes`. @throws {MalformedMessage} */
export function decodeCommitted(bytes: Uint8Array): readonly LogEntry[] {
  return parsed(committedFrame, bytes, 'message of committed entries')[1];
}

/** Commands are views of `bytes`. @throws {MalformedMessage} */
export function decodeEntriesPage(bytes: Uint8Array): EntriesPage {
  const [, firstIndex, commitIndex, entries] = parsed(pageFrame, bytes, 'page of entries');
  return { firstIndex, commitIndex, entries };
}

function parsed<Output>(schema: z.ZodType<Output>, bytes: Uint8Array, what: string): Output {
  try {
    return schema.parse(decodeMsgpack(bytes));
  } catch {
    throw new MalformedMessage({ what });
  }
}

/** The command of a committed entry, to be shown; null if it has none, or one that this version does not know. */
export function commandOf(entry: LogEntry): Command | null {
  if (entry.kind !== 'command') return null;
  try {
    return decodeCommand(entry.command);
  } catch {
    return null;
  }
}

/** A committed entry as JSON: numbers of 64 bits are texts, a command that cannot be read is base64. */
export interface CommittedEntryJson {
  readonly index: string;
  readonly term: string;
  readonly kind: LogEntry['kind'];
  /** RFC 3339, with microseconds. */
  readonly time: string;
  readonly logTimeMs: string;
  readonly command?: CommandJson;
  readonly commandBase64?: string;
  readonly fields?: EntryFields;
}

/** A committed entry as JSON. */
export function committedEntryToJson(entry: LogEntry): CommittedEntryJson {
  return {
    index: String(entry.index),
    term: String(entry.term),
    kind: entry.kind,
    time: timestampText(entry.timestampUs),
    logTimeMs: String(entry.logTimeMs),
    ...commandFields(entry),
    ...(entry.fields === undefined ? {} : { fields: entry.fields }),
  };
}

function commandFields(entry: LogEntry): { readonly command?: CommandJson; readonly commandBase64?: string } {
  const command = commandOf(entry);
  if (command !== null) return { command: commandToJson(command) };
  if (entry.command.length === 0) return {};
  return { commandBase64: Buffer.from(entry.command).toString('base64') };
}
