import { bufferOn } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';

/** Encodes how a log was damaged, and when that was found. */
export function recordDamage(damage: string, seed: number): Buffer {
  const record = Buffer.concat([Buffer.alloc(headerLength), Buffer.from(damage)]);
  seal(record, seed);
  return record;
}

/** Reads what `recordDamage` made. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readDamage(stored: Uint8Array, seed: number, where: string): string {
  const record = bufferOn(stored);
  unseal(record, seed, where);
  return record.toString('utf8', headerLength);
}
