import { open } from 'node:fs/promises';
import { type SnapshotHeader, SnapshotParser } from '@quorate/wire';

const pieceBytes = 16 * 1024;

/** Reads what a snapshot file says of itself, and no more of it. @throws {CorruptRecord} if that does not pass its check */
export async function readHeader(path: string): Promise<SnapshotHeader | null> {
  const parser = new SnapshotParser(`the snapshot file ${path}`);
  const file = await open(path, 'r');
  try {
    for (let at = 0; parser.header === null; ) {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at);
      if (bytesRead === 0) break;
      parser.push(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
  return parser.header;
}
