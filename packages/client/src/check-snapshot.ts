import { CorruptRecord, UnknownFormatVersion } from '@quorate/raft';
import { readSnapshotFile, type SnapshotContent } from '@quorate/wire';
import { InvalidRequest, SnapshotProblem } from './errors.ts';
import type { SnapshotInfo } from './snapshots.ts';

/**
 * Reads a snapshot file to its end and checks every byte of it.
 * @throws {SnapshotProblem} `SnapshotDamaged` or `UnknownSnapshotFormat`
 * @throws {InvalidRequest} if it cannot be read
 */
export async function checkSnapshot(file: string): Promise<SnapshotInfo> {
  return infoOf(await readSnapshot(file));
}

/** The same, as it stands in the file. */
export async function readSnapshot(file: string): Promise<SnapshotContent> {
  try {
    return await readSnapshotFile(file);
  } catch (error) {
    if (error instanceof UnknownFormatVersion) {
      throw new SnapshotProblem({ code: 'UnknownSnapshotFormat', message: error.message });
    }
    if (error instanceof CorruptRecord) throw new SnapshotProblem({ code: 'SnapshotDamaged', message: error.message });
    throw unusable(file, 'read', error);
  }
}

/** What a snapshot file holds, as the SDK tells it. */
export function infoOf({ header, id, checksum, bytes, keyCount }: SnapshotContent): SnapshotInfo {
  const { clusterName: cluster, clusterId, group, index, term, revision, configuration } = header;
  return {
    cluster,
    clusterId,
    group,
    id,
    checksum,
    index: BigInt(index),
    term: BigInt(term),
    revision: BigInt(revision),
    keys: keyCount,
    bytes,
    voters: configuration.voters,
  };
}

/** What the system said of a file that the caller named. */
export function unusable(file: string, what: 'read' | 'written', error: unknown): InvalidRequest {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  return new InvalidRequest({ reason: `${file} cannot be ${what}: ${reason}`, field: 'file' });
}
