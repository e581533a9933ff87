import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

/** What of a snapshot has come to a node that is not whole: its file and how much it has. */
export interface SnapshotPart {
  readonly file: number;
  readonly bytes: number;
}

/** Where a node keeps its snapshots. */
export const snapshotsOf = (cluster: TestCluster, id: string): string =>
  join(cluster.folder(id), 'snapshots', 'config');

/** The part of a snapshot that a node has, if it has one: the larger, where the leader has gone on to another. */
export function partAt(cluster: TestCluster, id: string): SnapshotPart | null {
  const folder = snapshotsOf(cluster, id);
  const parts = readdirSync(folder)
    .filter((name) => name.endsWith('.part'))
    .map((name) => statSync(join(folder, name)));
  const [largest] = parts.sort((one, other) => other.size - one.size);
  return largest === undefined ? null : { file: largest.ino, bytes: largest.size };
}

/** Ends a node with SIGKILL when another has received more than so many bytes of a snapshot. Gives what that one has then. */
export async function killInTransfer(
  cluster: TestCluster,
  to: string,
  bytes: number,
  killed: string,
): Promise<SnapshotPart> {
  const isOn = async (): Promise<true | null> => ((partAt(cluster, to)?.bytes ?? 0) > bytes ? true : null);
  await eventually('a snapshot is on its way', isOn, { intervalMs: 5 });
  await cluster.node(killed).end('SIGKILL');
  const part = partAt(cluster, to);
  if (part === null) throw new Error('the snapshot was there before the node was killed');
  return part;
}
