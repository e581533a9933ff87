import { createHash, type Hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SnapshotPoint } from '@quorate/raft';
import { headerText, type SnapshotHeader } from './snapshot-header.ts';
import { encodeRows, type SnapshotRow } from './snapshot-row.ts';

/** What every snapshot file begins with. */
export const magic: Uint8Array = Buffer.from('QUORSNAP');

/** The version of the files that this build writes, and the only one that it reads. */
export const formatVersion = 3;

/** Magic and format version. */
export const preambleBytes: number = magic.length + 4;

/** Before a frame's content: its kind, the length of its content, and the checksum of both and of the content. */
export const frameHeaderBytes = 9;

/** No frame's content is longer: a row is at most a key and a value with their records. */
export const maxContentBytes: number = 4 * 1024 * 1024;

/** A block ends with the row that brings it to so many bytes. It is the same in every build: equal states make equal files. */
export const blockBytes: number = 64 * 1024;

/** The last frame. In every version the file ends with the SHA-256 of all before that frame: so a version that is not known is told from damage. */
export const endFrameBytes: number = frameHeaderBytes + 8 + 32;

/** What a frame holds: the header, once; rows; and at the end how many rows there were, and the hash of all before. */
export const frameKinds = { header: 1, rows: 2, end: 3 } as const;

/** The checksum of a frame. */
export function frameChecksum(kindAndLength: Uint8Array, content: Uint8Array): number {
  return crc32(content, crc32(kindAndLength));
}

/** Names a snapshot by what it covers and what it holds. */
export function snapshotId({ index, term }: Pick<SnapshotPoint, 'index' | 'term'>, hash: Uint8Array): string {
  return `${index}-${term}-${Buffer.from(hash.subarray(0, 8)).toString('hex')}`;
}

/** Whether a text can be the id of a snapshot: it names a file, and may come from a peer. */
export const isSnapshotId = (text: string): boolean => /^[0-9]{1,16}-[0-9]{1,16}-[0-9a-f]{16}$/.test(text);

/** Makes the bytes of a snapshot file, piece by piece. */
export class SnapshotEncoder {
  readonly #header: SnapshotHeader;
  readonly #hash: Hash = createHash('sha256');
  #rowCount = 0;
  #bytes = 0;

  constructor(header: SnapshotHeader) {
    this.#header = header;
  }

  /** How many bytes were made. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first piece. */
  begin(): Uint8Array {
    const preamble = Buffer.alloc(preambleBytes);
    preamble.set(magic);
    preamble.writeUInt32BE(formatVersion, magic.length);
    return this.#hashed(Buffer.concat([preamble, frame(frameKinds.header, Buffer.from(headerText(this.#header)))]));
  }

  /** A piece with some rows. */
  block(rows: readonly SnapshotRow[]): Uint8Array {
    this.#rowCount += rows.length;
    return this.#hashed(frame(frameKinds.rows, encodeRows(rows)));
  }

  /** The last piece, and the name of the whole. */
  end(): { readonly id: string; readonly piece: Uint8Array } {
    const hash = this.#hash.digest();
    const content = Buffer.concat([Buffer.alloc(8), hash]);
    content.writeBigUInt64BE(BigInt(this.#rowCount));
    const piece = frame(frameKinds.end, content);
    this.#bytes += piece.length;
    return { id: snapshotId(this.#header, hash), piece };
  }

  #hashed(piece: Uint8Array): Uint8Array {
    this.#hash.update(piece);
    this.#bytes += piece.length;
    return piece;
  }
}

function frame(kind: number, content: Uint8Array): Buffer {
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt8(kind, 0);
  header.writeUInt32BE(content.length, 1);
  header.writeUInt32BE(frameChecksum(header.subarray(0, 5), content), 5);
  return Buffer.concat([header, content]);
}
