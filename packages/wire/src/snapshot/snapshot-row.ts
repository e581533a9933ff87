/** One row of one of the tables of a group, whichever tables there are, and its record as it is at rest. */
export interface SnapshotRow {
  /** The id of the table in a byte, and the row's key in it; without the group. */
  readonly key: Uint8Array;
  readonly record: Uint8Array;
}

/** The table that a row is of; undefined if it has no key. */
export const tableIdOf = ({ key }: SnapshotRow): number | undefined => key[0];

/** What a row takes beside key and record: their lengths. */
const rowFrameBytes = 6;

/** What a row takes in a block, in bytes. */
export const rowBytes = ({ key, record }: SnapshotRow): number => rowFrameBytes + key.length + record.length;

/** Encodes rows, one after the other. */
export function encodeRows(rows: readonly SnapshotRow[]): Uint8Array {
  const block = Buffer.allocUnsafe(rows.reduce((sum, row) => sum + rowBytes(row), 0));
  let at = 0;
  for (const { key, record } of rows) {
    block.writeUInt16BE(key.length, at);
    block.writeUInt32BE(record.length, at + 2);
    block.set(key, at + rowFrameBytes);
    block.set(record, at + rowFrameBytes + key.length);
    at += rowFrameBytes + key.length + record.length;
  }
  return block;
}

/** Decodes what `encodeRows` made, as views of it; null if it is anything else. */
export function decodeRows(bytes: Uint8Array): readonly SnapshotRow[] | null {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: SnapshotRow[] = [];
  let at = 0;
  while (at < block.length) {
    if (at + rowFrameBytes > block.length) return null;
    const keyAt = at + rowFrameBytes;
    const recordAt = keyAt + block.readUInt16BE(at);
    const end = recordAt + block.readUInt32BE(at + 2);
    if (end > block.length) return null;
    rows.push({ key: block.subarray(keyAt, recordAt), record: block.subarray(recordAt, end) });
    at = end;
  }
  return rows;
}
