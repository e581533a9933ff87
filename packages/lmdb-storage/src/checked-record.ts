import { crc32 } from 'node:zlib';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';

/** The version of the records that this build writes, and the only one that it reads. */
const recordFormat = 1;

/** Bytes before a record's content: the checksum of all that follows it, and the record's format. */
export const headerLength = 5;

/**
 * Writes the header of a record whose content already stands behind it. `seed` is the checksum of what the record
 * belongs to, so that an intact record in the wrong place is found out too.
 */
export function seal(record: Buffer, seed: number): void {
  record[4] = recordFormat;
  record.writeUInt32BE(crc32(record.subarray(4), seed), 0);
}

/** Checks a record's header. @throws {CorruptRecord} saying where it stands and what is wrong; {UnknownFormatVersion} */
export function unseal(record: Buffer, seed: number, where: string | (() => string)): void {
  const place = (): string => (typeof where === 'string' ? where : where());
  if (record.length < headerLength) throw new CorruptRecord(place(), `it has ${record.length} bytes`);
  if (record.readUInt32BE(0) !== crc32(record.subarray(4), seed)) {
    throw new CorruptRecord(place(), 'its checksum does not match');
  }
  const format = record.readUInt8(4);
  if (format !== recordFormat) throw new UnknownFormatVersion(place(), format, recordFormat);
}

/**
 * Whether a record that does not pass its check was this one, which does: if its checksum is still there, or all else. Two records of one place have
 * the same checksum as seldom as damage passes the check.
 */
export function isRestOf(damaged: Buffer, whole: Buffer): boolean {
  if (damaged.length >= 4 && damaged.readUInt32BE(0) === whole.readUInt32BE(0)) return true;
  return damaged.length === whole.length && damaged.subarray(4).equals(whole.subarray(4));
}
