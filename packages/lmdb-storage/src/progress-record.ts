import type { Progress } from '@quorate/config-store';
import { CorruptRecord, isLogIndex, isTerm } from '@quorate/raft';
import { bufferOn, readCounter, writeCounter } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';

// After the header: lastApplied, lastAppliedTerm, revision, stateHash.
const length = headerLength + 4 * 8;

/** Encodes how far a group has come. */
export function recordProgress(progress: Progress, seed: number): Buffer {
  const record = Buffer.allocUnsafe(length);
  const { lastApplied, lastAppliedTerm, revision, stateHash } = progress;
  for (const [at, counter] of [lastApplied, lastAppliedTerm, revision, stateHash].entries()) {
    writeCounter(record, counter, headerLength + 8 * at);
  }
  seal(record, seed);
  return record;
}

/** Reads what `recordProgress` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readProgress(bytes: Uint8Array, seed: number, where: string): Progress {
  const record = bufferOn(bytes);
  unseal(record, seed, where);
  if (record.length !== length) throw new CorruptRecord(where, `it has ${record.length} bytes`);
  const counterAt = (at: number): number => readCounter(record, headerLength + 8 * at);
  const lastApplied = counterAt(0);
  const lastAppliedTerm = counterAt(1);
  if (!isLogIndex(lastApplied) || !isTerm(lastAppliedTerm)) throw new CorruptRecord(where, 'it is no progress');
  return { lastApplied, lastAppliedTerm, revision: counterAt(2), stateHash: counterAt(3) };
}
