import type { NodeId } from '@quorate/actor';
import { isQuorum, membersOf } from '../quorum.ts';
import type { Configuration, Learner, Voter } from '../types.ts';
import { isJoint } from './configuration.ts';
import type { ChangeRefusal, MembershipChange } from './membership-change.ts';

/** What a leader knows of the members when a change is asked for. */
export interface MemberFacts {
  /** Whether it was heard of late. */
  readonly isAlive: (id: NodeId) => boolean;
  /** Whether it lags so little that a vote for it costs no progress. */
  readonly isCaughtUp: (id: NodeId) => boolean;
}

/** The configuration that a change leads to, or why there is none. */
export type ChangePlan =
  | { readonly kind: 'planned'; readonly configuration: Configuration }
  | { readonly kind: 'refused'; readonly refusal: ChangeRefusal };

/** What the members are to be after `change`, once it is complete. Whether another change is under way is not asked here. */
export function planChange(current: Configuration, change: MembershipChange, facts: MemberFacts): ChangePlan {
  const refusal = refusalOf(current, change, facts);
  if (refusal !== null) return { kind: 'refused', refusal };
  const configuration = changed(current, change);
  if (configuration.voters.length === 0)
    return { kind: 'refused', refusal: refused('NoQuorum', 'no voter would be left') };
  const blocked = change.force ? null : quorumRefusal(configuration, facts);
  if (blocked !== null) return { kind: 'refused', refusal: blocked };
  return { kind: 'planned', configuration };
}

/** The way from one configuration to the next: by joint consensus if the voters change, any number of them at once (Raft §6); else in one step. */
export function firstStep(current: Configuration, target: Configuration): Configuration {
  return isSameVoters(current.voters, target.voters) ? target : { ...target, outgoingVoters: current.voters };
}

/** What follows a joint configuration once it is committed: its new voters alone. */
export function lastStep(joint: Configuration): Configuration {
  return { ...joint, outgoingVoters: [] };
}

function refusalOf(
  current: Configuration,
  { add, promote, remove, force }: MembershipChange,
  facts: MemberFacts,
): ChangeRefusal | null {
  if (isJoint(current)) return refused('ChangeInProgress', 'the voters are changing already');
  if (add.length + promote.length + remove.length === 0) return refused('NothingToChange', 'nothing is to change');
  const members = membersOf(current);
  const wrong = additionRefusal(current, add);
  if (wrong !== null) return wrong;
  for (const id of promote) {
    if (remove.includes(id)) return refused('NoSuchMember', `${id} cannot get a vote and leave in one change`);
    const isKnown = members.some((member) => member.id === id);
    if (!isKnown) return noSuchMember(id);
    if (!current.learners.some((learner) => learner.id === id))
      return refused('NotALearner', `${id} has a vote already`);
    if (!force && !facts.isCaughtUp(id)) return refused('NotCaughtUp', `${id} has not caught up yet`);
  }
  for (const id of remove) if (!members.some((member) => member.id === id)) return noSuchMember(id);
  return null;
}

/** Whoever comes must be new, its disk too: a member that stands twice in a configuration makes one that no node can read. */
function additionRefusal(current: Configuration, add: MembershipChange['add']): ChangeRefusal | null {
  const known: Voter[] = [...membersOf(current)];
  let learners = current.learners;
  for (const [at, learner] of add.entries()) {
    const { id, storageId, replaces } = learner;
    if (add.slice(0, at).some((other) => other.id === id)) return refused('MemberExists', `${id} is named twice`);
    const isReplacing = replaces !== null && replaces !== id;
    if (replaces !== null && !(isReplacing && membersOf(current).some((member) => member.id === replaces)))
      return noSuchMember(replaces);
    const rival = learners.find((one) => isReplacing && one.id !== id && one.replaces === replaces);
    if (rival !== undefined) return refused('ChangeInProgress', `${rival.id} is to replace ${replaces} already`);
    const isTakenUp = isReplacing && mayTakeUp(current, learner);
    if (!isTakenUp && known.some((member) => member.id === id))
      return refused('MemberExists', `${id} is a member already`);
    const other = known.find((member) => member.id !== id && member.storageId === storageId);
    if (other !== undefined) return refused('MemberExists', `the disk of ${id} is the one of ${other.id}`);
    if (current.removed.includes(id)) {
      return refused('IdSpent', `${id} was a member once: an id never comes back, give the machine a new one`);
    }
    known.push(learner);
    learners = [...learners.filter((one) => one.id !== id), learner];
  }
  return null;
}

/** Whether it is a learner already that is to replace that member, or nobody so far: whoever was interrupted asks again. */
function mayTakeUp({ learners }: Configuration, { id, storageId, replaces }: Learner): boolean {
  const known = learners.find((one) => one.id === id && one.storageId === storageId);
  return known !== undefined && (known.replaces === null || known.replaces === replaces);
}

function changed(current: Configuration, { add, promote, remove }: MembershipChange): Configuration {
  const promoted = current.learners.filter(({ id }) => promote.includes(id));
  const replaced = promoted.flatMap(({ replaces }) => (replaces === null ? [] : [replaces]));
  const leaving = [...new Set([...remove, ...replaced])].filter((id) =>
    membersOf(current).some((member) => member.id === id),
  );
  const stays = ({ id }: Voter): boolean => !leaving.includes(id);
  const voters = [...current.voters, ...promoted.map(({ id, storageId }) => ({ id, storageId }))].filter(stays);
  const isLearning = ({ id }: Voter): boolean => !promote.includes(id) && !add.some((one) => one.id === id);
  const learners = [...current.learners.filter(isLearning), ...add].filter(stays);
  return { voters, outgoingVoters: [], learners, removed: [...current.removed, ...leaving] };
}

/** A change that would leave no quorum that is alive would stop the group, and could not be taken back. */
function quorumRefusal(target: Configuration, { isAlive }: MemberFacts): ChangeRefusal | null {
  if (isQuorum(target, ({ id }) => isAlive(id))) return null;
  const alive = target.voters.filter(({ id }) => isAlive(id)).map(({ id }) => id);
  const names = target.voters.map(({ id }) => id).join(', ');
  return refused('NoQuorum', `of the voters ${names} only ${alive.join(', ') || 'none'} would answer: no majority`);
}

const isSameVoters = (one: readonly Voter[], other: readonly Voter[]): boolean =>
  one.length === other.length && one.every(({ id }) => other.some((voter) => voter.id === id));

const noSuchMember = (id: NodeId): ChangeRefusal => refused('NoSuchMember', `${id} is no member`);

const refused = (code: ChangeRefusal['code'], message: string): ChangeRefusal => ({ code, message });
