import {
  CorruptRecord,
  decodeConfiguration,
  encodeConfiguration,
  isEntryTime,
  isLogIndex,
  isTerm,
  type SnapshotRecord,
} from '@quorate/raft';
import { bufferOn, readCounter, writeCounter } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';
import type { LogPosition } from './term-runs.ts';

// After the header: index, term, timestamp, log time, size of the file, length of the id, id, configuration.
const indexAt = headerLength;
const termAt = indexAt + 8;
const timestampAt = termAt + 8;
const logTimeAt = timestampAt + 8;
const bytesAt = logTimeAt + 8;
const idLengthAt = bytesAt + 8;
const idAt = idLengthAt + 1;

/** Encodes the record of a snapshot. */
export function recordSnapshot(snapshot: SnapshotRecord, seed: number): Buffer {
  const name = Buffer.from(snapshot.id);
  const record = Buffer.concat([Buffer.alloc(idAt), name, encodeConfiguration(snapshot.configuration)]);
  writeCounter(record, snapshot.index, indexAt);
  writeCounter(record, snapshot.term, termAt);
  writeCounter(record, snapshot.timestampUs, timestampAt);
  writeCounter(record, snapshot.logTimeMs, logTimeAt);
  writeCounter(record, snapshot.bytes, bytesAt);
  record.writeUInt8(name.length, idLengthAt);
  seal(record, seed);
  return record;
}

/** Reads what `recordSnapshot` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readSnapshot(stored: Uint8Array, seed: number, where: string): SnapshotRecord {
  const record = bufferOn(stored);
  unseal(record, seed, where);
  const configurationAt = record.length < idAt ? idAt : idAt + record.readUInt8(idLengthAt);
  if (record.length < configurationAt) throw new CorruptRecord(where, `it has ${record.length} bytes`);
  const position = readPosition(record, where);
  const configuration = decodeConfiguration(record.subarray(configurationAt));
  if (configuration === null) throw new CorruptRecord(where, 'its configuration cannot be read');
  const time = { timestampUs: readCounter(record, timestampAt), logTimeMs: readCounter(record, logTimeAt) };
  if (!isEntryTime(time)) throw new CorruptRecord(where, 'its time is none');
  const id = record.toString('utf8', idAt, configurationAt);
  return { ...position, ...time, configuration, id, bytes: readCounter(record, bytesAt) };
}

/** Encodes where a log begins: after that entry. */
export function recordBase({ index, term }: LogPosition, seed: number): Buffer {
  const record = Buffer.alloc(termAt + 8);
  writeCounter(record, index, indexAt);
  writeCounter(record, term, termAt);
  seal(record, seed);
  return record;
}

/** Reads what `recordBase` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readBase(stored: Uint8Array, seed: number, where: string): LogPosition {
  const record = bufferOn(stored);
  unseal(record, seed, where);
  if (record.length < termAt + 8) throw new CorruptRecord(where, `it has ${record.length} bytes`);
  return readPosition(record, where);
}

function readPosition(record: Buffer, where: string): LogPosition {
  const index = readCounter(record, indexAt);
  const term = readCounter(record, termAt);
  if (!isLogIndex(index) || !isTerm(term)) throw new CorruptRecord(where, 'it is no place in a log');
  return { index, term };
}
