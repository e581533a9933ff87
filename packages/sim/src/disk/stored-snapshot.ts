import type { LogEntry } from '@quorate/raft';

/** A snapshot file on a disk. One that comes from a peer grows chunk by chunk. */
export interface StoredSnapshot {
  /** What led to the state that it holds. */
  readonly entries: readonly LogEntry[];
  /** Of the whole file. */
  readonly bytes: number;
  /** What is there of it. */
  readonly content: Uint8Array;
}

/** Whether all of the file is there. */
export const isWhole = ({ bytes, content }: StoredSnapshot): boolean => content.length === bytes;

/** A stretch of the file of that snapshot: bytes that no other snapshot has there. */
export function contentOf(id: string, offset: number, length: number): Uint8Array {
  const mark = markOf(id);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 1) bytes[at] = byteAt(mark, offset + at);
  return bytes;
}

/** Whether the file holds what that snapshot holds, and nothing else. */
export function isContentOf(id: string, { content }: StoredSnapshot): boolean {
  const mark = markOf(id);
  for (let at = 0; at < content.length; at += 1) {
    if (content[at] !== byteAt(mark, at)) return false;
  }
  return true;
}

const markOf = (id: string): number => checksumOf(Uint8Array.from(id, (letter) => letter.charCodeAt(0)));

const byteAt = (mark: number, at: number): number => ((mark >>> (8 * (at % 4))) ^ at) & 0xff;

/** Of the bytes alone, as of a chunk: it does not tell which snapshot they are of (FNV-1a). */
export function checksumOf(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
