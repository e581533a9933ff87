import type { ClusterMembers, Member } from '@quorate/client';
import { lossText, roundTripText } from './link-text.ts';
import { sizeText } from './size-text.ts';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NODE' },
  { title: 'ROLE' },
  { title: 'MEMBER' },
  { title: 'MATCH', align: 'right' },
  { title: 'LAG', align: 'right' },
  { title: 'LAST CONTACT', align: 'right' },
  { title: 'STAGE' },
  { title: 'ROUND TRIP', align: 'right' },
  { title: 'LOSS', align: 'right' },
  { title: 'STATE' },
];

/** The members of a group, for people: a line about its leader, a row for each member, and the ids that are spent. */
export function membersLines(all: ClusterMembers, where: { cluster: string; group: string }): readonly string[] {
  const { leader, members, removed } = all;
  const leads = leader === null ? 'no leader' : `${leader} leads`;
  const gone = removed.length === 0 ? [] : ['', `removed, and never to come back: ${removed.join(', ')}`];
  return [
    `cluster ${where.cluster}, group ${where.group}: ${leads}`,
    '',
    ...tableLines(columns, members.map(rowOf)),
    ...spentLines(members),
    ...gone,
  ];
}

function rowOf(member: Member): readonly string[] {
  const { id, matchIndex, lag, lastContactMs, roundTripMs, loss, stage } = member;
  return [
    id,
    member.isSpent ? 'spent' : (member.raftRole ?? 'unreachable'),
    membershipText(member),
    matchIndex === null ? '' : String(matchIndex),
    lag === null ? '' : String(lag),
    lastContactMs === null ? '' : agoText(lastContactMs),
    stage ?? '',
    roundTripText(roundTripMs),
    lossText(loss),
    stateText(member),
  ];
}

function spentLines(members: readonly Member[]): readonly string[] {
  const lines = members.filter(({ isSpent }) => isSpent).map(({ id }) => waitsToBeReplaced(id));
  return lines.length === 0 ? [] : ['', ...lines];
}

/** What is to be done about a machine that came back with another disk. */
export const waitsToBeReplaced = (id: string): string =>
  `${id} waits to be replaced: its machine has another data folder than the cluster knows, and never votes (quorate members replace ${id} NEW)`;

/** What is to be done about a machine that comes under an id that was removed. */
export const idIsSpent = (id: string): string =>
  `${id} was removed from the cluster, and its id never comes back: give this machine a new one`;

function membershipText({ role, isPromotedWhenCaughtUp, replaces }: Member): string {
  if (role !== 'learner') return role;
  if (replaces !== null) return `learner, to replace ${replaces}`;
  return isPromotedWhenCaughtUp ? 'learner, to be promoted' : 'learner';
}

/** `snapshot, 12.0 MiB of 96.4 MiB`; a member whose log is repaired may be sent one as well. */
function stateText({ state, transfer }: Member): string {
  if (state === null || transfer === null) return state ?? '';
  return `${state}, ${sizeText(transfer.storedBytes)} of ${sizeText(transfer.totalBytes)}`;
}

const agoText = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms ago` : `${(ms / 1_000).toFixed(1)} s ago`);
