import type { ClusterMembers, Member } from './members.ts';
import type { ClusterStatus, Learner, MemberStatus, NodeStatus, PeerStatus, Voter } from './store.ts';

const compare = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

/** Who the members are, by the statuses of all nodes: as the leader has it, or without one the node that knows most. */
export function membersOfStatus({ leader, nodes }: ClusterStatus): ClusterMembers {
  const formed = nodes.filter((node): node is NodeStatus => node.role !== 'unreachable' && node.voters.length > 0);
  const leading = formed.find(({ id, role }) => id === leader && role === 'leader');
  const source = leading ?? formed.sort(byKnowledge)[0];
  if (source === undefined) return { leader, members: [], removed: [] };
  const { voters, outgoingVoters, learners, removed } = source;
  const leaving = outgoingVoters.filter(({ id }) => !voters.some((voter) => voter.id === id));
  const learning = learners.filter(({ id }) => !leaving.some((voter) => voter.id === id));
  const facts = (voter: Voter): MemberFacts => factsOf(voter, leading, nodes);
  const members: readonly Member[] = [
    ...voters.map((voter) => ({ ...voter, role: 'voter' as const, ...noLearner, ...facts(voter) })),
    ...leaving.map((voter) => ({ ...voter, role: 'leaving' as const, ...noLearner, ...facts(voter) })),
    ...learning.map((learner) => ({ ...learner, role: 'learner' as const, ...facts(learner) })),
  ];
  return { leader, members: members.toSorted((a, b) => compare(a.id, b.id)), removed };
}

const byKnowledge = (a: NodeStatus, b: NodeStatus): number =>
  Number(b.term - a.term) || Number(b.lastLogIndex - a.lastLogIndex);

const noLearner: Pick<Learner, 'isPromotedWhenCaughtUp' | 'replaces'> = {
  isPromotedWhenCaughtUp: false,
  replaces: null,
};

type MemberFacts = Omit<Member, 'id' | 'storageId' | 'role' | 'isPromotedWhenCaughtUp' | 'replaces'>;

function factsOf(voter: Voter, leader: NodeStatus | undefined, nodes: ClusterStatus['nodes']): MemberFacts {
  const { id, storageId } = voter;
  const node = nodes.find((one) => one.id === id && one.role !== 'unreachable');
  const isSpent = node !== undefined && node.storageId !== storageId;
  const own = { raftRole: isSpent ? null : raftRoleOf(node), isSpent, isLeader: leader?.id === id };
  const nothing = { lastContactMs: null, roundTripMs: null, loss: null, stage: null, state: null, transfer: null };
  if (own.isLeader && leader !== undefined) return { ...own, matchIndex: leader.lastLogIndex, lag: 0n, ...nothing };
  // What the leader knows is of the disk that is gone.
  const peer = isSpent ? undefined : leader?.peers.find((one: PeerStatus) => one.id === id);
  if (peer === undefined) return { ...own, matchIndex: null, lag: null, ...nothing };
  const { matchIndex, lag, lastContactMs, roundTripMs, loss, stage, state, transfer } = peer;
  return { ...own, matchIndex, lag, lastContactMs, roundTripMs, loss, stage, state, transfer };
}

function raftRoleOf(node: MemberStatus | undefined): Member['raftRole'] {
  if (node === undefined || node.role === 'unreachable' || node.role === 'removed') return null;
  return node.role;
}
