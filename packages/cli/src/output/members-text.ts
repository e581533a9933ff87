import type { ClusterMembers, Member } from '@quorate/client';
import { type Column, tableLines } from './table.ts';

const columns: readonly Column[] = [
  { title: 'NODE' },
  { title: 'ROLE' },
  { title: 'MATCH', align: 'right' },
  { title: 'LAG', align: 'right' },
  { title: 'LAST CONTACT', align: 'right' },
  { title: 'STAGE' },
  { title: 'ROUND TRIP', align: 'right' },
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
    ...gone,
  ];
}

function rowOf(member: Member): readonly string[] {
  const { id, matchIndex, lag, lastContactMs, roundTripMs, stage, state } = member;
  return [
    id,
    roleText(member),
    matchIndex === null ? '' : String(matchIndex),
    lag === null ? '' : String(lag),
    lastContactMs === null ? '' : agoText(lastContactMs),
    stage ?? '',
    roundTripMs === null ? '' : `${roundTripMs.toFixed(1)} ms`,
    state ?? '',
  ];
}

function roleText({ role, isPromotedWhenCaughtUp, replaces }: Member): string {
  if (role !== 'learner') return role;
  if (replaces !== null) return `learner, to replace ${replaces}`;
  return isPromotedWhenCaughtUp ? 'learner, to be promoted' : 'learner';
}

const agoText = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms ago` : `${(ms / 1_000).toFixed(1)} s ago`);
