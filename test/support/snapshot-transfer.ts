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

/** What a node has of the snapshot that covers up to `index`, if it has a part of it. The leader may have begun with an older one. */
export function partAt(cluster: TestCluster, id: string, index: number): SnapshotPart | null {
  const folder = snapshotsOf(cluster, id);
  const name = readdirSync(folder).find((one) => one.startsWith(`${index}-`) && one.endsWith('.part'));
  if (name === undefined) return null;
  const part = statSync(join(folder, name), { throwIfNoEntry: false });
  return part === undefined ? null : { file: part.ino, bytes: part.size };
}

/** A transfer, and whom it costs. */
export interface Killing {
  /** Who gets the snapshot. */
  readonly to: string;
  /** What it covers. */
  readonly index: number;
  /** So many bytes of it are there then. */
  readonly bytes: number;
  readonly killed: string;
}

/** Ends a node with SIGKILL when another has received more than so many bytes of a snapshot. Gives what that one has then. */
export async function killInTransfer(
  cluster: TestCluster,
  { to, index, bytes, killed }: Killing,
): Promise<SnapshotPart> {
  const isOn = async (): Promise<true | null> => ((partAt(cluster, to, index)?.bytes ?? 0) > bytes ? true : null);
  await eventually('a snapshot is on its way', isOn, { intervalMs: 5 });
  await cluster.node(killed).end('SIGKILL');
  const part = partAt(cluster, to, index);
  if (part === null) throw new Error('the snapshot was there before the node was killed');
  return part;
}
