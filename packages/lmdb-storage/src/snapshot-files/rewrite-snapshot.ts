import { crc32 } from 'node:zlib';
import { type Configuration, CorruptRecord, type SnapshotRecord } from '@quorate/raft';
import {
  blockBytes,
  readSnapshotFile,
  rowBytes,
  SnapshotEncoder,
  type SnapshotHeader,
  type SnapshotOwner,
  type SnapshotRow,
} from '@quorate/wire';
import { bufferOn } from '../bytes.ts';
import { seal, unseal } from '../checked-record.ts';
import { groupPrefix } from '../group-key.ts';
import { Pace } from './pace.ts';
import { PacedFile } from './paced-file.ts';

/** Which snapshot becomes whose. */
export interface SnapshotRewriting {
  /** A whole snapshot file. */
  readonly source: string;
  /** The SHA-256 of its content, in hexadecimal. */
  readonly checksum: string;
  readonly target: string;
  readonly owner: SnapshotOwner;
  readonly configuration: Configuration;
}

/**
 * Makes of one cluster's snapshot that of another: the same rows, index, term, time and revision under another header. It is checked as it is read,
 * each row too, and flushed. Equal sources, owners and configurations give equal files. `go` is asked between steps, and throws to stop it.
 * What was written when this throws is no snapshot.
 * @throws {CorruptRecord} naming the source, if it is not whole and unaltered, or another one
 */
export async function rewriteSnapshot(rewriting: SnapshotRewriting, go: () => void): Promise<SnapshotRecord> {
  const { source, checksum, target, owner, configuration } = rewriting;
  const pace = new Pace();
  const file = await PacedFile.open(target, pace, go);
  let encoder: SnapshotEncoder | null = null;
  let block: SnapshotRow[] = [];
  let bytesInBlock = 0;
  const begin = async (header: SnapshotHeader): Promise<SnapshotEncoder> => {
    const begun = new SnapshotEncoder({ ...header, ...owner, configuration });
    await file.write(begun.begin());
    return begun;
  };
  try {
    const content = await readSnapshotFile(source, async (rows, header) => {
      encoder ??= await begin(header);
      for (const row of rows) {
        block.push(rowOf(row, header.group, owner.group, source));
        bytesInBlock += rowBytes(row);
        if (bytesInBlock < blockBytes) continue;
        await file.write(encoder.block(block));
        block = [];
        bytesInBlock = 0;
      }
      await pace.pause();
    });
    if (content.checksum !== checksum) throw new CorruptRecord(source, `its content is that of ${content.checksum}`);
    const { index, term, timestampUs, logTimeMs } = content.header;
    if (index === 0) throw new CorruptRecord(source, 'it is of no entry');
    const whole = encoder ?? (await begin(content.header));
    if (block.length > 0) await file.write(whole.block(block));
    const { id, piece } = whole.end();
    await file.write(piece);
    await file.sync();
    return { index, term, timestampUs, logTimeMs, configuration, id, bytes: whole.bytes };
  } finally {
    await file.close();
  }
}

/** A row as the tables of another group have it: what its record is sealed with contains the group. @throws {CorruptRecord} */
function rowOf({ key, record }: SnapshotRow, from: string, to: string, source: string): SnapshotRow {
  const seedOf = (group: string): number => crc32(Buffer.concat([groupPrefix(group), key]));
  unseal(bufferOn(record), seedOf(from), () => `${source}, key ${JSON.stringify(bufferOn(key).toString('latin1'))}`);
  if (from === to) return { key, record };
  const sealed = Buffer.from(record);
  seal(sealed, seedOf(to));
  return { key, record: sealed };
}
