import type { NodeId } from '@quorate/actor';
import { type Configuration, isJoint, type Learner, type MembershipChange, membersOf } from '@quorate/raft';
import type { SimulatedNode } from '../host/simulated-node.ts';

/** What an operator may want of the members. */
export type WantedChange =
  | 'add'
  | 'addForGood'
  | 'promote'
  | 'remove'
  | 'replace'
  | 'replaceTwo'
  | 'comeBack'
  | 'nonsense';

/** All of them. */
export const wantedChanges: readonly WantedChange[] = [
  'add',
  'addForGood',
  'promote',
  'remove',
  'replace',
  'replaceTwo',
  'comeBack',
  'nonsense',
];

/** Keeps enough voters that one may stop at any time. */
const leastVoters = 3;

/** What an operator asks for who sees this configuration; null if there is nothing to ask. `pick` chooses among several. */
export function changeFor(
  wanted: WantedChange,
  configuration: Configuration,
  nodes: readonly SimulatedNode[],
  pick: <Item>(items: readonly Item[]) => Item,
): MembershipChange | null {
  const { voters, learners } = configuration;
  const spares = sparesOf(configuration, nodes);
  const nothing: MembershipChange = { add: [], promote: [], remove: [], force: false };
  switch (wanted) {
    case 'add':
    case 'addForGood':
      if (spares.length === 0) return null;
      return { ...nothing, add: [learner(pick(spares), wanted === 'addForGood', null)] };
    case 'promote':
      return learners.length === 0 ? null : { ...nothing, promote: [pick(learners).id] };
    case 'remove': {
      const removable = voters.length > leastVoters ? membersOf(configuration) : learners;
      return removable.length === 0 ? null : { ...nothing, remove: [pick(removable).id] };
    }
    case 'replace':
      if (spares.length === 0) return null;
      return { ...nothing, add: [learner(pick(spares), true, pick(voters).id)] };
    case 'replaceTwo': {
      const [first, second] = spares;
      const [one, two] = voters;
      if (first === undefined || second === undefined || one === undefined || two === undefined) return null;
      return { ...nothing, add: [learner(first, true, one.id), learner(second, true, two.id)] };
    }
    case 'comeBack': {
      const former = nodes.filter(({ id }) => isRemovedForGood(id, nodes));
      return former.length === 0 ? null : { ...nothing, add: [learner(pick(former), true, null)] };
    }
    case 'nonsense':
      return {
        ...nothing,
        promote: [pick(voters).id],
        remove: isJoint(configuration) ? voters.map(({ id }) => id) : [],
      };
    default:
      return wanted satisfies never;
  }
}

/** Those who have no vote yet, or none that counts alone. */
export function comersOf({ voters, outgoingVoters, learners }: Configuration): readonly NodeId[] {
  const isNew = ({ id }: { readonly id: NodeId }): boolean => !outgoingVoters.some((voter) => voter.id === id);
  const newVoters = outgoingVoters.length === 0 ? [] : voters.filter(isNew);
  return [...newVoters, ...learners].map(({ id }) => id);
}

/** Whether some node has applied the removal of that id: it is committed, and not only a wish. */
export function isRemovedForGood(id: NodeId, nodes: readonly SimulatedNode[]): boolean {
  return nodes.some(({ process, stateMachine: { lastApplied } }) => {
    const applied = process?.storage.configurations.findLast(({ index }) => index <= lastApplied)?.configuration;
    if (applied === undefined || !applied.removed.includes(id)) return false;
    return !membersOf(applied).some((member) => member.id === id);
  });
}

/** Machines that were never members. */
function sparesOf(configuration: Configuration, nodes: readonly SimulatedNode[]): readonly SimulatedNode[] {
  const known = new Set<NodeId>([...membersOf(configuration).map(({ id }) => id), ...configuration.removed]);
  return nodes.filter(({ id, isSpent }) => !known.has(id) && !isSpent);
}

function learner({ id, disk }: SimulatedNode, isPromotedWhenCaughtUp: boolean, replaces: NodeId | null): Learner {
  return { id, storageId: disk.storageId, isPromotedWhenCaughtUp, replaces };
}
