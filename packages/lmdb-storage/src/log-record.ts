import { decode, encode } from '@msgpack/msgpack';
import { isName, type NodeId } from '@quorate/actor';
import {
  CorruptRecord,
  type EntryFields,
  type EntryKind,
  type HardState,
  isEntryTime,
  isLogIndex,
  isTerm,
  type LogEntry,
  type LogIndex,
} from '@quorate/raft';
import { bufferOn, bytesOf, readCounter, writeCounter } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';

// After the header: kind, term, index, timestamp, log time, length of the fields, fields (msgpack), command.
const kindAt = headerLength;
const termAt = kindAt + 1;
const indexAt = termAt + 8;
const timestampAt = indexAt + 8;
const logTimeAt = timestampAt + 8;
const fieldsLengthAt = logTimeAt + 8;
const fieldsAt = fieldsLengthAt + 4;

const kindCodes: Readonly<Record<EntryKind, number>> = { command: 1, noop: 2, configuration: 3 };
const kinds: ReadonlyMap<number, EntryKind> = new Map([
  [1, 'command'],
  [2, 'noop'],
  [3, 'configuration'],
]);

/** An entry and its bytes at rest; the entry's command is a view of those bytes. */
export interface RecordedEntry {
  readonly entry: LogEntry;
  readonly record: Buffer;
}

/** Encodes entries into one allocation. Their commands are copied here, once. */
export function recordEntries(entries: readonly LogEntry[], seed: number): readonly RecordedEntry[] {
  const fields = entries.map((entry) => (entry.fields === undefined ? null : encode(entry.fields)));
  const lengthOf = (entry: LogEntry, at: number): number => fieldsAt + (fields[at]?.length ?? 0) + entry.command.length;
  const all = Buffer.allocUnsafe(entries.reduce((sum, entry, at) => sum + lengthOf(entry, at), 0));
  let offset = 0;
  return entries.map((entry, at) => {
    const record = all.subarray(offset, offset + lengthOf(entry, at));
    offset += record.length;
    return { entry: recordEntry(entry, fields[at] ?? null, record, seed), record };
  });
}

function recordEntry(entry: LogEntry, fields: Uint8Array | null, record: Buffer, seed: number): LogEntry {
  const commandAt = fieldsAt + (fields?.length ?? 0);
  record[kindAt] = kindCodes[entry.kind];
  writeCounter(record, entry.term, termAt);
  writeCounter(record, entry.index, indexAt);
  writeCounter(record, entry.timestampUs, timestampAt);
  writeCounter(record, entry.logTimeMs, logTimeAt);
  record.writeUInt32BE(fields?.length ?? 0, fieldsLengthAt);
  if (fields !== null) record.set(fields, fieldsAt);
  record.set(entry.command, commandAt);
  seal(record, seed);
  return { ...entry, command: bytesOf(record, commandAt, record.length) };
}

/** Reads the record that stands at `index`. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readEntry(bytes: Uint8Array, index: LogIndex, seed: number, where: string): LogEntry {
  const record = bufferOn(bytes);
  unseal(record, seed, where);
  if (record.length < fieldsAt) throw new CorruptRecord(where, `it has ${record.length} bytes`);
  const kind = kinds.get(record[kindAt] ?? 0);
  if (kind === undefined) throw new CorruptRecord(where, `its kind ${record[kindAt]} is not known`);
  const term = readCounter(record, termAt);
  const claimed = readCounter(record, indexAt);
  if (!isTerm(term)) throw new CorruptRecord(where, `${term} is no term`);
  if (claimed !== index) throw new CorruptRecord(where, `it claims index ${claimed}`);
  const time = { timestampUs: readCounter(record, timestampAt), logTimeMs: readCounter(record, logTimeAt) };
  if (!isEntryTime(time)) throw new CorruptRecord(where, 'its time is none');
  const commandAt = fieldsAt + record.readUInt32BE(fieldsLengthAt);
  if (commandAt > record.length) throw new CorruptRecord(where, 'its fields reach beyond its end');
  const entry = { term, index, kind, command: bytesOf(record, commandAt, record.length), ...time };
  return commandAt === fieldsAt ? entry : { ...entry, fields: readFields(record.subarray(fieldsAt, commandAt), where) };
}

function readFields(bytes: Uint8Array, where: string): EntryFields {
  try {
    const fields = decode(bytes);
    if (isFields(fields)) return fields;
  } catch {
    // Said below.
  }
  throw new CorruptRecord(where, 'its fields cannot be read');
}

function isFields(value: unknown): value is EntryFields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((field) => typeof field === 'string' || typeof field === 'number');
}

/** Encodes a hard state. */
export function recordHardState({ currentTerm, votedFor }: HardState, seed: number): Buffer {
  const record = Buffer.concat([Buffer.alloc(headerLength + 8), Buffer.from(votedFor ?? '')]);
  writeCounter(record, currentTerm, headerLength);
  seal(record, seed);
  return record;
}

/** Reads what `recordHardState` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readHardState(bytes: Uint8Array, seed: number, where: string): HardState {
  const record = bufferOn(bytes);
  unseal(record, seed, where);
  if (record.length < headerLength + 8) throw new CorruptRecord(where, `it has ${record.length} bytes`);
  const currentTerm = readCounter(record, headerLength);
  const votedFor = record.toString('utf8', headerLength + 8);
  if (!isTerm(currentTerm)) throw new CorruptRecord(where, `${currentTerm} is no term`);
  if (votedFor === '') return { currentTerm, votedFor: null };
  if (!isNodeId(votedFor)) throw new CorruptRecord(where, `${JSON.stringify(votedFor)} is no node id`);
  return { currentTerm, votedFor };
}

/** Encodes the length of the longest hard promise, in ms. */
export function recordPromise(longestPromiseMs: number, seed: number): Buffer {
  const record = Buffer.alloc(headerLength + 8);
  record.writeDoubleBE(longestPromiseMs, headerLength);
  seal(record, seed);
  return record;
}

/** Reads what `recordPromise` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readPromise(bytes: Uint8Array, seed: number, where: string): number {
  const record = bufferOn(bytes);
  unseal(record, seed, where);
  const longestPromiseMs = record.length === headerLength + 8 ? record.readDoubleBE(headerLength) : Number.NaN;
  if (longestPromiseMs >= 0 && Number.isFinite(longestPromiseMs)) return longestPromiseMs;
  throw new CorruptRecord(where, 'it is no length of time');
}

const isNodeId = (text: string): text is NodeId => isName(text);

/** An index that stands in a key. @throws {CorruptRecord} if it is none */
export function indexInKey(key: Uint8Array, prefixLength: number, where: string): LogIndex {
  const index = key.length === prefixLength + 8 ? readCounter(bufferOn(key), prefixLength) : Number.NaN;
  if (!isLogIndex(index)) throw new CorruptRecord(where, 'a key is no index');
  return index;
}
