import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import { endFrameBytes } from '@quorate/wire';
import { systemCode } from '../data-folder-error.ts';
import { isDamage } from '../storage-damage.ts';

const pieceBytes = 64 * 1024;
const hashBytes = 32;

/** What a snapshot file is called, for errors. */
export const nameOfSnapshot = (path: string): string => `the snapshot file ${path}`;

/**
 * Says of an error that was met in reading a snapshot file whether it means damage: the file is missing or unreadable, or says that it is of
 * another version and does not end with its own hash, as it does in every version. Any other error stays as it is.
 */
export function asSnapshotDamage(error: unknown, path: string): unknown {
  if (error instanceof CorruptRecord) return error;
  if (systemCode(error) === 'ENOENT') return new CorruptRecord(nameOfSnapshot(path), 'it is missing');
  const isSpoiled = error instanceof UnknownFormatVersion ? !hasOwnHash(path) : isDamage(error);
  return isSpoiled ? new CorruptRecord(nameOfSnapshot(path), String(error)) : error;
}

function hasOwnHash(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const contentBytes = fstatSync(file).size - endFrameBytes;
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(pieceBytes);
    for (let at = 0; at < contentBytes; ) {
      const read = readSync(file, piece, 0, Math.min(pieceBytes, contentBytes - at), at);
      if (read === 0) return false;
      hash.update(piece.subarray(0, read));
      at += read;
    }
    const end = Buffer.alloc(hashBytes);
    readSync(file, end, 0, hashBytes, contentBytes + endFrameBytes - hashBytes);
    return end.equals(hash.digest());
  } finally {
    closeSync(file);
  }
}
