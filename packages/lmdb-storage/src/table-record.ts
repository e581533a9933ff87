import type { Progress, StoredEntry } from '@quorate/config-store';
import { CorruptRecord, isLogIndex, isTerm } from '@quorate/raft';
import { bufferOn, bytesOf, readCounter, writeCounter } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';

// After the header: three counters, then the value.
const counters = 3;
const valueAt = headerLength + 8 * counters;

function record(values: readonly number[], content: Uint8Array, seed: number): Buffer {
  const bytes = Buffer.allocUnsafe(valueAt + content.length);
  for (const [at, value] of values.entries()) writeCounter(bytes, value, headerLength + 8 * at);
  bytes.set(content, valueAt);
  seal(bytes, seed);
  return bytes;
}

function counterAt(bytes: Buffer, at: number): number {
  return readCounter(bytes, headerLength + 8 * at);
}

function checked(bytes: Uint8Array, seed: number, where: string): Buffer {
  const buffer = bufferOn(bytes);
  unseal(buffer, seed, where);
  if (buffer.length < valueAt) throw new CorruptRecord(where, `it has ${buffer.length} bytes`);
  return buffer;
}

/** Encodes an entry; its key is sealed in by `seed`. @throws {RangeError} if a revision or the version is no counter */
export function recordTableEntry(entry: StoredEntry, seed: number): Buffer {
  return record([entry.createRevision, entry.modRevision, entry.version], entry.value, seed);
}

/** Reads what `recordTableEntry` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readTableEntry(key: string, bytes: Uint8Array, seed: number, where: string): StoredEntry {
  const buffer = checked(bytes, seed, where);
  return {
    key,
    value: bytesOf(buffer, valueAt, buffer.length),
    createRevision: counterAt(buffer, 0),
    modRevision: counterAt(buffer, 1),
    version: counterAt(buffer, 2),
  };
}

/** Encodes how far a group has come. */
export function recordProgress({ lastApplied, lastAppliedTerm, revision }: Progress, seed: number): Buffer {
  return record([lastApplied, lastAppliedTerm, revision], new Uint8Array(0), seed);
}

/** Reads what `recordProgress` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readProgress(bytes: Uint8Array, seed: number, where: string): Progress {
  const buffer = checked(bytes, seed, where);
  const lastApplied = counterAt(buffer, 0);
  const lastAppliedTerm = counterAt(buffer, 1);
  if (!isLogIndex(lastApplied) || !isTerm(lastAppliedTerm)) throw new CorruptRecord(where, 'it is no progress');
  return { lastApplied, lastAppliedTerm, revision: counterAt(buffer, 2) };
}
