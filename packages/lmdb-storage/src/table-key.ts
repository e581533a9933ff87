import type { KeyReader, KeyWriter, Table } from '@quorate/config-store';
import { CorruptRecord } from '@quorate/raft';
import { readCounter, writeCounter } from './bytes.ts';
import { maxKeyLength } from './group-key.ts';

/** Ends a text in a key, so that no other text begins with all of it: keys have no control characters. */
const endOfText = 0;

const counterLength = 8;

/** More than any part of a key begins with. */
const afterAll = 0xff;

/** Makes the keys of a group's rows: the group, the id of the table, and the parts of the key, so that the order of the bytes is that of the keys. */
export class TableKeys {
  readonly #prefixLength: number;
  readonly #buffer: Buffer;

  /** `prefix` is what all keys of the group begin with. */
  constructor(prefix: Buffer) {
    this.#prefixLength = prefix.length;
    this.#buffer = Buffer.concat([prefix, Buffer.alloc(maxKeyLength - prefix.length)]);
  }

  /** The key of a row, in a buffer that the next call overwrites: LMDB copies keys at once. @throws {RangeError} if LMDB cannot have such a key */
  of<Key, Row>(table: Table<Key, Row>, key: Key): Buffer {
    const parts = new BufferKeyWriter(this.#buffer, this.#begin(table.id));
    table.writeKey(key, parts);
    return parts.whole;
  }

  /** Before all keys of a table. */
  beginningOf<Key, Row>({ id }: Table<Key, Row>): Buffer {
    return Buffer.from(this.#buffer.subarray(0, this.#begin(id)));
  }

  /** After all keys of a table. */
  endOf<Key, Row>(table: Table<Key, Row>): Buffer {
    return Buffer.concat([this.beginningOf(table), Buffer.of(afterAll)]);
  }

  /** Reads the key of a row. @throws {CorruptRecord} */
  read<Key, Row>(table: Table<Key, Row>, stored: Buffer): Key {
    return table.readKey(new BufferKeyReader(stored, this.#prefixLength + 1, table.name));
  }

  #begin(id: number): number {
    this.#buffer[this.#prefixLength] = id;
    return this.#prefixLength + 1;
  }
}

class BufferKeyWriter implements KeyWriter {
  readonly #buffer: Buffer;
  #at: number;

  constructor(buffer: Buffer, at: number) {
    this.#buffer = buffer;
    this.#at = at;
  }

  get whole(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  text(part: string): void {
    if (/\p{Surrogate}/u.test(part)) throw new RangeError('a key has half a character, which has no bytes');
    this.#need(3 * part.length < this.#room ? 0 : Buffer.byteLength(part) + 1);
    this.#at += this.#buffer.write(part, this.#at);
    this.#buffer[this.#at] = endOfText;
    this.#at += 1;
  }

  counter(part: number): void {
    this.#need(counterLength);
    writeCounter(this.#buffer, part, this.#at);
    this.#at += counterLength;
  }

  get #room(): number {
    return this.#buffer.length - this.#at;
  }

  #need(length: number): void {
    if (length > this.#room) throw new RangeError(`a key is longer than ${maxKeyLength} bytes`);
  }
}

class BufferKeyReader implements KeyReader {
  readonly #stored: Buffer;
  readonly #table: string;
  #at: number;

  constructor(stored: Buffer, at: number, table: string) {
    this.#stored = stored;
    this.#at = at;
    this.#table = table;
  }

  text(): string {
    const end = this.#stored.indexOf(endOfText, this.#at);
    if (end < 0) throw this.#corrupt();
    const text = this.#stored.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }

  counter(): number {
    if (this.#at + counterLength > this.#stored.length) throw this.#corrupt();
    const counter = readCounter(this.#stored, this.#at);
    this.#at += counterLength;
    return counter;
  }

  #corrupt(): CorruptRecord {
    return new CorruptRecord(`table ${this.#table}`, 'a key cannot be read');
  }
}
