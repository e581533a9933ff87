import { blockBytes, rowBytes, SnapshotEncoder, type SnapshotHeader, type SnapshotRow } from '@quorate/wire';
import type { TableReading } from '../table-reading.ts';
import { Pace } from './pace.ts';
import { PacedFile } from './paced-file.ts';

/** So many rows are read at a time. */
const rowsAtATime = 128;

/**
 * Writes a snapshot of the tables to a new file and flushes it, a little at a time: each piece waits for the one before.
 * `go` is asked between pieces, and throws to stop it.
 * @throws {CorruptRecord} if a record of the tables does not pass its check
 */
export async function writeSnapshot(
  path: string,
  header: SnapshotHeader,
  reading: TableReading,
  go: () => void,
): Promise<{ readonly id: string; readonly bytes: number }> {
  const encoder = new SnapshotEncoder(header);
  const pace = new Pace();
  const file = await PacedFile.open(path, pace, go);
  try {
    await file.write(encoder.begin());
    for (;;) {
      const rows = await nextBlock(reading, pace);
      if (rows.length === 0) break;
      await file.write(encoder.block(rows));
    }
    const { id, piece } = encoder.end();
    await file.write(piece);
    await file.sync();
    return { id, bytes: encoder.bytes };
  } finally {
    await file.close();
  }
}

/** The rows of one block, which depends on nothing but the rows. */
async function nextBlock(reading: TableReading, pace: Pace): Promise<readonly SnapshotRow[]> {
  const rows: SnapshotRow[] = [];
  let bytes = 0;
  while (bytes < blockBytes && !reading.isEnded) {
    await pace.pause();
    for (const row of reading.next(rowsAtATime, blockBytes - bytes)) {
      rows.push(row);
      bytes += rowBytes(row);
    }
  }
  return rows;
}
