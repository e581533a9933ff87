import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { NodeId } from '@quorate/actor';
import { clusterName } from '@quorate/actor';
import type { FormationRecord } from '@quorate/raft';
import { readSnapshotFile, type StagedSnapshot } from '@quorate/wire';
import type { DataFolder } from '../src/data-folder.ts';
import { SnapshotSubject, values } from './snapshot-subject.ts';

/** A snapshot file that a cluster is to be restored from, and what it holds. */
export interface SnapshotSource {
  readonly bytes: Buffer;
  readonly checksum: string;
  readonly path: string;
  readonly content: Readonly<Record<string, string>>;
}

/** The file of a node of some cluster, with so many keys. */
export async function snapshotSource(
  keys: number,
  options: Parameters<typeof SnapshotSubject.open>[0] = {},
): Promise<SnapshotSource> {
  const subject = await SnapshotSubject.open({ node: 'old', clusterId: 'the old one', ...options });
  const content = values(keys, 200);
  subject.write(40, content);
  const { id } = await subject.take();
  const path = join(subject.path, 'snapshots', options.group ?? 'config', `${id}.snapshot`);
  const { checksum } = await readSnapshotFile(path);
  return { bytes: readFileSync(path), checksum, path, content };
}

/** Hands a stretch of a file to a folder. */
export function stageStretch(
  folder: DataFolder,
  { bytes, checksum: content }: Pick<SnapshotSource, 'bytes' | 'checksum'>,
  from: number,
  to: number,
): Promise<StagedSnapshot> {
  const stretch = bytes.subarray(from, to);
  return folder.staged.stage({
    content,
    fileBytes: bytes.length,
    offset: from,
    bytes: stretch,
    checksum: crc32(stretch),
  });
}

/** Hands all of a file to a folder. */
export async function stageAll(folder: DataFolder, source: Pick<SnapshotSource, 'bytes' | 'checksum'>): Promise<void> {
  const step = 1_000_000;
  for (let at = 0; at < source.bytes.length; at += step) await stageStretch(folder, source, at, at + step);
}

/** The record of a cluster of those voters that is restored from a file. */
export const restoredRecord = (
  checksum: string,
  voters: readonly { readonly nodeId: NodeId; readonly storageId: string }[],
): FormationRecord => ({
  formatVersion: 1,
  clusterName: clusterName('main'),
  voters: voters.map(({ nodeId: id, storageId }) => ({ id, storageId })),
  snapshotChecksum: checksum,
});
