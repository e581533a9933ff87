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
import { asSnapshotDamage, nameOfSnapshot } from './snapshot-damage.ts';

const pieceBytes = 64 * 1024;

/** Which file is read, and what it must be. */
export interface SnapshotSource {
  readonly path: string;
  readonly record: SnapshotRecord;
  readonly owner: SnapshotOwner;
}

/**
 * Reads a snapshot file to its end, over many turns, and checks all of it. What `visit` is given is checked but for its place.
 * @throws {CorruptRecord} naming the file, if it is missing or not what it must be; {UnknownFormatVersion}
 */
export async function readSnapshot(
  source: SnapshotSource,
  visit: (rows: readonly SnapshotRow[]) => void | Promise<void> = () => {},
): Promise<SnapshotHeader> {
  const { header, id, bytes } = await readSnapshotFile(source.path, visit).catch((error: unknown) => {
    throw asSnapshotDamage(error, source.path);
  });
  return checked(header, id, bytes, source);
}

/** The same, at once, before anything else goes on. @throws {CorruptRecord}; {UnknownFormatVersion} */
export function checkSnapshotSync(source: SnapshotSource): void {
  const { header, id, bytes } = contentOf(source.path);
  checked(header, id, bytes, source);
}

/** Whether a file is whole, and its content that of `id`. @throws {UnknownFormatVersion} */
export function isWholeSync(path: string, id: string): boolean {
  try {
    return contentOf(path).id === id;
  } catch (error) {
    if (error instanceof CorruptRecord) return false;
    throw error;
  }
}

function contentOf(path: string): {
  readonly header: SnapshotHeader | null;
  readonly id: string;
  readonly bytes: number;
} {
  let file: number | null = null;
  try {
    file = openSync(path, 'r');
    const parser = new SnapshotParser(nameOfSnapshot(path));
    const piece = Buffer.allocUnsafe(pieceBytes);
    let bytes = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      bytes += read;
      parser.push(piece.subarray(0, read));
    }
    return { header: parser.header, id: parser.end(), bytes };
  } catch (error) {
    throw asSnapshotDamage(error, path);
  } finally {
    if (file !== null) closeSync(file);
  }
}

function checked(header: SnapshotHeader | null, id: string, bytes: number, source: SnapshotSource): SnapshotHeader {
  const { record, owner, path } = source;
  const name = nameOfSnapshot(path);
  if (header === null) throw new CorruptRecord(name, 'it has no header');
  const mismatch = mismatchOf(header, owner, record);
  if (mismatch !== null) throw new CorruptRecord(name, mismatch);
  if (id !== record.id) throw new CorruptRecord(name, `its content is that of ${id}`);
  if (bytes !== record.bytes) throw new CorruptRecord(name, `it has ${bytes} bytes, not ${record.bytes}`);
  return header;
}
