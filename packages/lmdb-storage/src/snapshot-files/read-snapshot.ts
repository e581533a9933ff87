import { closeSync, openSync, readSync } from 'node:fs';
import { CorruptRecord, type SnapshotRecord } from '@quorate/raft';
import {
  mismatchOf,
  readSnapshotFile,
  type SnapshotHeader,
  type SnapshotOwner,
  SnapshotParser,
  type SnapshotRow,
} from '@quorate/wire';
import { systemCode } from '../data-folder-error.ts';

const pieceBytes = 64 * 1024;

/** Which file is read, and what it must be. */
export interface SnapshotSource {
  readonly path: string;
  readonly record: SnapshotRecord;
  readonly owner: SnapshotOwner;
}

/**
 * Reads a snapshot file to its end, over many turns, and checks all of it. What `visit` is given is checked but for its place.
 * @throws {CorruptRecord} naming the file, if it is missing or not what it must be
 */
export async function readSnapshot(
  source: SnapshotSource,
  visit: (rows: readonly SnapshotRow[]) => void | Promise<void> = () => {},
): Promise<SnapshotHeader> {
  const { header, id, bytes } = await readSnapshotFile(source.path, visit).catch((error: unknown) => {
    throw missing(error, source);
  });
  return checked(header, id, bytes, source);
}

/** The same, at once, before anything else goes on. @throws {CorruptRecord} */
export function checkSnapshotSync(source: SnapshotSource): void {
  const parser = new SnapshotParser(nameOf(source));
  let file: number;
  try {
    file = openSync(source.path, 'r');
  } catch (error) {
    throw missing(error, source);
  }
  let bytes = 0;
  try {
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      bytes += read;
      parser.push(piece.subarray(0, read));
    }
  } finally {
    closeSync(file);
  }
  const id = parser.end();
  checked(parser.header, id, bytes, source);
}

function checked(header: SnapshotHeader | null, id: string, bytes: number, source: SnapshotSource): SnapshotHeader {
  const { record, owner } = source;
  if (header === null) throw new CorruptRecord(nameOf(source), 'it has no header');
  const mismatch = mismatchOf(header, owner, record);
  if (mismatch !== null) throw new CorruptRecord(nameOf(source), mismatch);
  if (id !== record.id) throw new CorruptRecord(nameOf(source), `its content is that of ${id}`);
  if (bytes !== record.bytes) throw new CorruptRecord(nameOf(source), `it has ${bytes} bytes, not ${record.bytes}`);
  return header;
}

function missing(error: unknown, source: SnapshotSource): unknown {
  return systemCode(error) === 'ENOENT' ? new CorruptRecord(nameOf(source), 'it is missing') : error;
}

const nameOf = ({ path }: SnapshotSource): string => `the snapshot file ${path}`;
