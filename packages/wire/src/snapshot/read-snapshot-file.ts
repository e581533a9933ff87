import { open } from 'node:fs/promises';
import { keysTable } from '@quorate/config-store';
import { CorruptRecord } from '@quorate/raft';
import type { SnapshotHeader } from './snapshot-header.ts';
import { SnapshotParser } from './snapshot-parser.ts';
import { type SnapshotRow, tableIdOf } from './snapshot-row.ts';

const pieceBytes = 64 * 1024;

/** What a whole snapshot file is. */
export interface SnapshotContent {
  readonly header: SnapshotHeader;
  /** By which nodes name it. */
  readonly id: string;
  /** The SHA-256 of its content, in hexadecimal. */
  readonly checksum: string;
  readonly bytes: number;
  /** How many keys the store had; what rows there are beside them is its past. */
  readonly keyCount: number;
}

/**
 * Reads a snapshot file to its end, over many turns, and checks all of it. The rows that `visit` is given are checked but for their place;
 * what it throws ends the reading.
 * @throws {CorruptRecord} naming the file, if it is not whole and unaltered; {UnknownFormatVersion} if it says that it is of another version
 * @throws {Error} the system's, if it cannot be opened or read
 */
export async function readSnapshotFile(
  path: string,
  visit: (rows: readonly SnapshotRow[], header: SnapshotHeader) => void | Promise<void> = () => {},
): Promise<SnapshotContent> {
  const where = `the snapshot file ${path}`;
  const parser = new SnapshotParser(where);
  const file = await open(path, 'r');
  let bytes = 0;
  let keyCount = 0;
  try {
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes);
      const { bytesRead } = await file.read(piece, 0, pieceBytes, bytes);
      if (bytesRead === 0) break;
      bytes += bytesRead;
      const rows = parser.push(piece.subarray(0, bytesRead));
      for (const row of rows) if (tableIdOf(row) === keysTable.id) keyCount += 1;
      if (rows.length > 0 && parser.header !== null) await visit(rows, parser.header);
    }
  } finally {
    await file.close();
  }
  const id = parser.end();
  const { header, checksum } = parser;
  if (header === null || checksum === null) throw new CorruptRecord(where, 'it has no header');
  return { header, id, checksum, bytes, keyCount };
}
