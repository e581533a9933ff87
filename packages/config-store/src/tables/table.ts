/** Takes the parts of a key, in an encoding whose bytes are ordered as the parts are: the first part first, texts by their UTF-8 bytes. */
export interface KeyWriter {
  /** Without control characters. */
  text(part: string): void;
  /** A safe integer from 0. */
  counter(part: number): void;
}

/** Gives the parts of a key in the order in which they were written. */
export interface KeyReader {
  text(): string;
  counter(): number;
}

/** Takes the fields of a row. */
export interface RowWriter {
  /** A safe integer from 0. */
  counter(field: number): void;
  text(field: string): void;
  bytes(field: Uint8Array): void;
}

/** Gives the fields of a row in the order in which they were written. */
export interface RowReader {
  counter(): number;
  text(): string;
  /** Bytes of the row's own: nothing that comes later changes them. */
  bytes(): Uint8Array;
  /** No field is left. A version that adds fields to a table adds them at the end, and finds this in the rows of earlier ones. */
  readonly isAtEnd: boolean;
}

/**
 * One of the tables that make up the state: what its keys and rows are, and how they are taken apart. Storage, snapshots and checks
 * work on any table, so that another one needs a description like this and nothing else.
 */
export interface Table<Key, Row> {
  /** From 1 to 255, and never used again for another table: it stands in what is at rest, and in snapshots. */
  readonly id: number;
  /** For messages. */
  readonly name: string;
  /** The order of the encoded keys. */
  compare(one: Key, other: Key): number;
  writeKey(key: Key, to: KeyWriter): void;
  readKey(from: KeyReader): Key;
  writeRow(row: Row, to: RowWriter): void;
  readRow(from: RowReader): Row;
  /** The same row with bytes of its own, for whoever keeps rows as they are. */
  ownRow(row: Row): Row;
}
