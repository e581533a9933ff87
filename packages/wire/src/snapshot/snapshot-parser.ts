import { createHash, type Hash } from 'node:crypto';
import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import {
  formatVersion,
  frameChecksum,
  frameHeaderBytes,
  frameKinds,
  magic,
  maxContentBytes,
  preambleBytes,
  snapshotId,
} from './snapshot-format.ts';
import { parseHeader, type SnapshotHeader } from './snapshot-header.ts';
import { decodeRows, type SnapshotRow } from './snapshot-row.ts';

/** Reads a snapshot file from its bytes, however they are cut, and checks all of them. */
export class SnapshotParser {
  readonly #where: string;
  readonly #hash: Hash = createHash('sha256');
  #rest: Buffer = Buffer.alloc(0);
  #isBegun = false;
  #header: SnapshotHeader | null = null;
  #rowCount = 0;
  #end: { readonly id: string; readonly checksum: string } | null = null;

  /** `where` names the file, for errors. */
  constructor(where: string) {
    this.#where = where;
  }

  /** The header, once it was read. */
  get header(): SnapshotHeader | null {
    return this.#header;
  }

  /** How many rows were read. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** The SHA-256 of all but the end, in hexadecimal; null until the end was read. It names the content in full, where the id has only its beginning. */
  get checksum(): string | null {
    return this.#end?.checksum ?? null;
  }

  /** The next bytes of the file, and the rows that are whole with them. @throws {CorruptRecord}; {UnknownFormatVersion} if the file says that it is of another version */
  push(bytes: Uint8Array): readonly SnapshotRow[] {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    if (!this.#begins()) return [];
    const rows: SnapshotRow[] = [];
    for (let frame = this.#nextFrame(); frame !== null; frame = this.#nextFrame()) {
      for (const row of this.#read(frame.kind, frame.content)) rows.push(row);
      if (frame.kind !== frameKinds.end) this.#hash.update(frame.bytes);
    }
    return rows;
  }

  /** There are no more bytes. Gives the id that the content has. @throws {CorruptRecord} if it is not whole */
  end(): string {
    if (this.#end === null) throw this.#corrupt('it ends early');
    if (this.#rest.length > 0) throw this.#corrupt('something follows its end');
    return this.#end.id;
  }

  #begins(): boolean {
    if (this.#isBegun) return true;
    if (this.#rest.length < preambleBytes) return false;
    if (!this.#rest.subarray(0, magic.length).equals(magic)) throw this.#corrupt('it is no snapshot');
    const version = this.#rest.readUInt32BE(magic.length);
    if (version !== formatVersion) throw new UnknownFormatVersion(this.#where, version, formatVersion);
    this.#hash.update(this.#rest.subarray(0, preambleBytes));
    this.#rest = this.#rest.subarray(preambleBytes);
    this.#isBegun = true;
    return true;
  }

  #nextFrame(): { readonly kind: number; readonly content: Buffer; readonly bytes: Buffer } | null {
    if (this.#rest.length < frameHeaderBytes) return null;
    if (this.#end !== null) throw this.#corrupt('something follows its end');
    const length = this.#rest.readUInt32BE(1);
    if (length > maxContentBytes) throw this.#corrupt('a block is too long');
    if (this.#rest.length < frameHeaderBytes + length) return null;
    const bytes = this.#rest.subarray(0, frameHeaderBytes + length);
    const content = bytes.subarray(frameHeaderBytes);
    if (frameChecksum(bytes.subarray(0, 5), content) !== bytes.readUInt32BE(5)) {
      throw this.#corrupt('the checksum of a block does not match');
    }
    this.#rest = this.#rest.subarray(bytes.length);
    return { kind: bytes.readUInt8(0), content, bytes };
  }

  #read(kind: number, content: Buffer): readonly SnapshotRow[] {
    if ((kind === frameKinds.header) === (this.#header !== null))
      throw this.#corrupt('its header is not where it belongs');
    switch (kind) {
      case frameKinds.header:
        this.#header = parseHeader(content.toString('utf8'));
        if (this.#header === null) throw this.#corrupt('its header cannot be read');
        return [];
      case frameKinds.rows:
        return this.#rows(content);
      case frameKinds.end:
        this.#end = this.#endOf(content);
        return [];
      default:
        throw this.#corrupt(`a block of kind ${kind} is not known`);
    }
  }

  #rows(content: Buffer): readonly SnapshotRow[] {
    const rows = decodeRows(content);
    if (rows === null) throw this.#corrupt('a block cannot be read');
    this.#rowCount += rows.length;
    return rows;
  }

  #endOf(content: Buffer): { readonly id: string; readonly checksum: string } {
    const hash = this.#hash.digest();
    if (this.#header === null || content.length !== 8 + hash.length) throw this.#corrupt('its end cannot be read');
    if (content.readBigUInt64BE() !== BigInt(this.#rowCount)) throw this.#corrupt('rows are missing');
    if (!content.subarray(8).equals(hash)) throw this.#corrupt('its hash does not match');
    return { id: snapshotId(this.#header, hash), checksum: hash.toString('hex') };
  }

  #corrupt(what: string): CorruptRecord {
    return new CorruptRecord(this.#where, what);
  }
}
