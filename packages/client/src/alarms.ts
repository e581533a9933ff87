import type { ClockStatus, ClusterStatus, Parting, PayloadStatus } from './store.ts';

/** What somebody has to do something about. */
export type Alarm = DiskAlarm | PayloadAlarm | ClockAlarm | StateAlarm | ForeignNodeAlarm;

/** A node has too little disk space. */
export interface DiskAlarm {
  /** Of the error that writes are refused with, if they are. */
  readonly code: 'DiskSpaceLow';
  readonly node: string;
  readonly freeBytes: number;
  /** Once so much is free the alarm is over. */
  readonly neededBytes: number;
}

/** A node is connected to a NATS server that does not take the longest messages between nodes. */
export interface PayloadAlarm extends Pick<PayloadStatus, 'maxBytes' | 'neededBytes'> {
  readonly code: 'PayloadLimitTooLow';
  readonly node: string;
}

/** A node of another cluster with the same name answers on the same NATS, such as one of the cluster before a restore. */
export interface ForeignNodeAlarm {
  readonly code: 'AnotherCluster';
  readonly node: string;
  readonly clusterId: string;
}

/** A node's wall clock is off, which makes timestamps worse; or its monotonic clock drifts, which turns leases off. */
export interface ClockAlarm
  extends Pick<ClockStatus, 'offsetMs' | 'uncertaintyMs' | 'driftPpm' | 'driftUncertaintyPpm'> {
  readonly code: 'ClockOff' | 'ClockDrifts';
  readonly node: string;
}

/** A node's state differs from that of others, which should be equal. */
export interface StateAlarm extends Parting {
  readonly code: 'StateParted';
}

/** The alarms of a group's nodes, as far as they answered; those of clocks as the leader has them. */
export function alarmsOf(status: ClusterStatus): readonly Alarm[] {
  const foreign = (status.foreign ?? []).map(({ id: node, clusterId }) => ({
    code: 'AnotherCluster' as const,
    node,
    clusterId,
  }));
  return [
    ...foreign,
    ...stateAlarmsOf(status),
    ...diskAlarmsOf(status),
    ...payloadAlarmsOf(status),
    ...clockAlarmsOf(status),
  ];
}

/** The code of the error by which a group refuses writes that need room, as its leader has it; null while it takes them. */
export function writesRefused({ leader, nodes }: ClusterStatus): DiskAlarm['code'] | null {
  const leading = nodes.find(({ id }) => id === leader);
  return leading === undefined || leading.role === 'unreachable' ? null : leading.writesRefused;
}

/** What the leader knows of each member's clocks, its own included; members of whose clocks it knows nothing are left out. */
export function clocksOf({ leader, nodes }: ClusterStatus): ReadonlyMap<string, ClockStatus> {
  const leading = nodes.find(({ id }) => id === leader);
  if (leading === undefined || leading.role === 'unreachable') return new Map();
  const members = [{ id: leading.id, clock: leading.clock }, ...leading.peers];
  return new Map(members.flatMap(({ id, clock }) => (clock === null ? [] : [[id, clock] as const])));
}

function diskAlarmsOf({ nodes }: ClusterStatus): readonly DiskAlarm[] {
  return nodes.flatMap((node) => {
    if (node.role === 'unreachable' || node.disk === null || !node.disk.isLow) return [];
    const { freeBytes, neededBytes } = node.disk;
    return [{ code: 'DiskSpaceLow' as const, node: node.id, freeBytes, neededBytes }];
  });
}

function payloadAlarmsOf({ nodes }: ClusterStatus): readonly PayloadAlarm[] {
  return nodes.flatMap((node) => {
    if (node.role === 'unreachable' || node.payload === null || !node.payload.isLow) return [];
    const { maxBytes, neededBytes } = node.payload;
    return [{ code: 'PayloadLimitTooLow' as const, node: node.id, maxBytes, neededBytes }];
  });
}

/** One for each node, however many tell of it. */
function stateAlarmsOf({ nodes }: ClusterStatus): readonly StateAlarm[] {
  const alarms = new Map<string, StateAlarm>();
  for (const node of nodes) {
    if (node.role === 'unreachable') continue;
    for (const parting of node.partings) {
      if (parting.isOdd || !alarms.has(parting.node)) alarms.set(parting.node, { code: 'StateParted', ...parting });
    }
  }
  return [...alarms.values()];
}

function clockAlarmsOf(status: ClusterStatus): readonly ClockAlarm[] {
  return [...clocksOf(status)].flatMap(([node, { isOff, isDrifting, ...measured }]) => [
    ...(isOff ? [{ code: 'ClockOff' as const, node, ...measured }] : []),
    ...(isDrifting ? [{ code: 'ClockDrifts' as const, node, ...measured }] : []),
  ]);
}
