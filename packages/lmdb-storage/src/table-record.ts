import type { RowReader, RowWriter, Table } from '@quorate/config-store';
import { CorruptRecord } from '@quorate/raft';
import { bytesOf } from './bytes.ts';
import { headerLength, seal, unseal } from './checked-record.ts';

/** A record is as large as what it holds; this much is there for the usual ones. */
const usualLength = 4 * 1024;

const moreFollows = 0x80;

/**
 * Makes the records of rows: counters as 7 bits a byte, lowest first, texts and bytes behind their lengths. A record is in a buffer
 * that the next one overwrites: within a transaction LMDB copies values at once.
 */
export class RowRecords implements RowWriter {
  #buffer: Buffer = Buffer.allocUnsafe(usualLength);
  #at = 0;

  /** `seed` is what the record is sealed with. @throws {RangeError} if a counter is none */
  of<Key, Row>(table: Table<Key, Row>, row: Row, seed: number): Buffer {
    this.#at = headerLength;
    table.writeRow(row, this);
    const record = this.#buffer.subarray(0, this.#at);
    seal(record, seed);
    return record;
  }

  counter(field: number): void {
    if (!Number.isSafeInteger(field) || field < 0) throw new RangeError(`${field} is no counter`);
    this.#makeRoom(8);
    let rest = field;
    while (rest >= moreFollows) {
      this.#buffer[this.#at] = (rest % moreFollows) | moreFollows;
      this.#at += 1;
      rest = Math.floor(rest / moreFollows);
    }
    this.#buffer[this.#at] = rest;
    this.#at += 1;
  }

  text(field: string): void {
    const length = Buffer.byteLength(field);
    this.counter(length);
    this.#makeRoom(length);
    this.#at += this.#buffer.write(field, this.#at);
  }

  bytes(field: Uint8Array): void {
    this.counter(field.length);
    this.#makeRoom(field.length);
    this.#buffer.set(field, this.#at);
    this.#at += field.length;
  }

  #makeRoom(length: number): void {
    const needed = this.#at + length;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    larger.set(this.#buffer.subarray(0, this.#at));
    this.#buffer = larger;
  }
}

/** Reads the record of a row. @throws {CorruptRecord} saying where it stands and what is wrong */
export function readRow<Key, Row>(table: Table<Key, Row>, record: Buffer, seed: number, where: () => string): Row {
  unseal(record, seed, where);
  return table.readRow(new RecordReader(record, where));
}

class RecordReader implements RowReader {
  readonly #record: Buffer;
  readonly #where: () => string;
  #at = headerLength;

  constructor(record: Buffer, where: () => string) {
    this.#record = record;
    this.#where = where;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#record.length;
  }

  counter(): number {
    let counter = 0;
    for (let factor = 1; ; factor *= moreFollows) {
      const byte = this.#record[this.#take(1)] ?? 0;
      counter += (byte % moreFollows) * factor;
      if (byte < moreFollows) break;
    }
    if (!Number.isSafeInteger(counter)) throw new CorruptRecord(this.#where(), 'a counter is too large');
    return counter;
  }

  text(): string {
    const length = this.counter();
    const begin = this.#take(length);
    return this.#record.toString('utf8', begin, begin + length);
  }

  bytes(): Uint8Array {
    const length = this.counter();
    const begin = this.#take(length);
    return bytesOf(this.#record, begin, begin + length);
  }

  #take(length: number): number {
    const begin = this.#at;
    this.#at += length;
    if (this.#at > this.#record.length) throw new CorruptRecord(this.#where(), 'it ends within a field');
    return begin;
  }
}
