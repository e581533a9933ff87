import {
  type Alarm,
  alarmsOf,
  type ClockStatus,
  type ClusterStatus,
  clocksOf,
  type MemberStatus,
  type NodeStatus,
  type PeerStatus,
  writesRefused,
} from '@quorate/client';
import { lossText, roundTripText } from './link-text.ts';
import { idIsSpent, waitsToBeReplaced } from './members-text.ts';
import { sizeText } from './size-text.ts';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NODE' },
  { title: 'ROLE' },
  { title: 'TERM', align: 'right' },
  { title: 'COMMITTED', align: 'right' },
  { title: 'APPLIED', align: 'right' },
  { title: 'LAG', align: 'right' },
  { title: 'ROUND TRIP', align: 'right' },
  { title: 'LOSS', align: 'right' },
  { title: 'CLOCK', align: 'right' },
  { title: 'PID', align: 'right' },
];

/** How a group stands, for people: a line about its leader, the alarms, and a row for each node. */
export function statusLines(status: ClusterStatus, where: { cluster: string; group: string }): readonly string[] {
  const leads = status.leader === null ? 'no leader' : `${status.leader} leads`;
  const peers = leaderPeers(status);
  const clocks = clocksOf(status);
  return [
    `cluster ${where.cluster}, group ${where.group}: ${leads}`,
    ...leaseLines(status),
    ...loadLines(status),
    ...alarmLines(status),
    '',
    ...tableLines(
      columns,
      status.nodes.map((node) => rowOf(node, peers.get(node.id), clocks.get(node.id))),
    ),
    ...noteLines(status),
  ];
}

/** Whether reads are answered from the leader's lease, once anyone has read. */
function leaseLines({ leader, nodes }: ClusterStatus): readonly string[] {
  const leading = nodes.find(({ id }) => id === leader);
  if (leading === undefined || leading.role === 'unreachable' || leading.lease === null) return [];
  const { isValid, fallbacks } = leading.lease;
  if (!isValid && fallbacks === 0) return [];
  return [`lease: ${isValid ? 'valid' : 'not held'}; reads that took a round of confirmation instead: ${fallbacks}`];
}

/** Whether the leader had to refuse writes because too many waited. */
function loadLines({ leader, nodes }: ClusterStatus): readonly string[] {
  const leading = nodes.find(({ id }) => id === leader);
  if (leading === undefined || leading.role === 'unreachable' || leading.load === null) return [];
  const { uncommittedBytes, refused } = leading.load;
  if (refused === 0) return [];
  return [`load: ${mebibytes(uncommittedBytes)} of writes wait to be committed; refused (Overloaded): ${refused}`];
}

/** Which nodes take part in no quorum, and why. */
function noteLines({ nodes }: ClusterStatus): readonly string[] {
  const answering = nodes.filter((node): node is NodeStatus => node.role !== 'unreachable');
  const removed = new Set(answering.flatMap((node) => node.removed));
  const lines = answering.flatMap((node) => notesOf(node, removed.has(node.id)));
  return lines.length === 0 ? [] : ['', ...lines];
}

function notesOf({ id, damage, formation }: NodeStatus, isRemoved: boolean): readonly string[] {
  if (formation === 'spent') return [isRemoved ? idIsSpent(id) : waitsToBeReplaced(id)];
  return damage === null ? [] : [`${id} is under repair and has no vote until it has its log again: ${damage}`];
}

function alarmLines(status: ClusterStatus): readonly string[] {
  const refused = writesRefused(status);
  return [
    ...(refused === null ? [] : [`alarm: writes are refused, deletes are not (${refused})`]),
    ...alarmsOf(status).map((alarm) => `alarm: ${alarm.node} ${alarmText(alarm)} (${alarm.code})`),
  ];
}

function alarmText(alarm: Alarm): string {
  switch (alarm.code) {
    case 'DiskSpaceLow':
      return `has ${mebibytes(alarm.freeBytes)} of disk space free and needs ${mebibytes(alarm.neededBytes)}`;
    case 'AnotherCluster':
      return `is in another cluster of this name (id ${alarm.clusterId.slice(0, 16)}…), and is no node of this one: end it, or give it a name of its own`;
    case 'PayloadLimitTooLow':
      return `is on a NATS server that takes messages of ${sizeText(alarm.maxBytes)} at most, and needs ${sizeText(alarm.neededBytes)}`;
    case 'ClockOff':
      return `has a wall clock that is ${offsetText(alarm)} from the time of the group`;
    case 'ClockDrifts':
      return `has a clock that runs ${driftText(alarm)} by the leader's: reads are not answered from a lease`;
    case 'StateParted':
      return alarm.isOdd
        ? `has a state that parted from that of the others at revision ${alarm.revision}: it serves nobody`
        : `has a state that differs from that of others since revision ${alarm.revision}, and no quorum says which is right`;
    default:
      return alarm satisfies never;
  }
}

/** `+1.2 ms`; from a second on in seconds. */
function offsetText({ offsetMs }: Pick<ClockStatus, 'offsetMs'>): string {
  const isLong = Math.abs(offsetMs) >= 1000;
  const value = isLong ? offsetMs / 1000 : offsetMs;
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(1)} ${isLong ? 's' : 'ms'}`;
}

function driftText({ driftPpm }: Pick<ClockStatus, 'driftPpm'>): string {
  if (driftPpm === null) return 'too fast or too slow';
  return `${Math.abs(driftPpm / 10_000).toFixed(1)} % ${driftPpm < 0 ? 'slower' : 'faster'}`;
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** What the leader knows of each peer. */
function leaderPeers(status: ClusterStatus): ReadonlyMap<string, PeerStatus> {
  const leader = status.nodes.find(({ id }) => id === status.leader);
  if (leader === undefined || leader.role === 'unreachable') return new Map();
  return new Map(leader.peers.map((peer) => [peer.id, peer]));
}

function rowOf(node: MemberStatus, peer: PeerStatus | undefined, clock: ClockStatus | undefined): readonly string[] {
  const lag = peer === undefined ? '' : String(peer.lag);
  if (node.role === 'unreachable') return [node.id, node.role, '', '', '', lag, '', '', '', ''];
  // A node that is in no cluster has no figures, and what the leader knows is of another disk.
  const isParted = node.partings.some((parting) => parting.node === node.id);
  if (node.role === null)
    return [node.id, isParted ? 'parted' : node.formation, '', '', '', '', '', '', '', String(node.pid)];
  return [
    node.id,
    node.role,
    String(node.term),
    String(node.commitIndex),
    String(node.lastApplied),
    lag,
    roundTripText(peer?.roundTripMs ?? null),
    lossText(peer?.loss ?? null),
    clock === undefined ? '' : offsetText(clock),
    String(node.pid),
  ];
}
