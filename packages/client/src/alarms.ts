import type { ClusterStatus } from './store.ts';

/** What somebody has to do something about. */
export interface Alarm {
  /** Of the error that writes are refused with, if they are. */
  readonly code: 'DiskSpaceLow';
  readonly node: string;
  readonly freeBytes: number;
  /** Once so much is free the alarm is over. */
  readonly neededBytes: number;
}

/** The alarms of a group's nodes, as far as they answered. */
export function alarmsOf({ nodes }: ClusterStatus): readonly Alarm[] {
  return nodes.flatMap((node) => {
    if (node.role === 'unreachable' || node.disk === null || !node.disk.isLow) return [];
    const { freeBytes, neededBytes } = node.disk;
    return [{ code: 'DiskSpaceLow' as const, node: node.id, freeBytes, neededBytes }];
  });
}

/** The code of the error by which a group refuses writes that need room, as its leader has it; null while it takes them. */
export function writesRefused({ leader, nodes }: ClusterStatus): Alarm['code'] | null {
  const leading = nodes.find(({ id }) => id === leader);
  return leading === undefined || leading.role === 'unreachable' ? null : leading.writesRefused;
}
