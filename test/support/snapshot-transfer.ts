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

/** The part of a snapshot that a node has, if it has one. */
export function partAt(cluster: TestCluster, id: string): SnapshotPart | null {
  const folder = snapshotsOf(cluster, id);
  const name = readdirSync(folder).find((one) => one.endsWith('.part'));
  if (name === undefined) return null;
  const { ino, size } = statSync(join(folder, name));
  return { file: ino, bytes: size };
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
