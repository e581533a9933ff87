import type { NodeId } from '@quorate/actor';
import type { Configuration, MembershipChange } from '@quorate/raft';
import type { ScenarioNode } from './scenario-node.ts';

type List = 'add' | 'promote' | 'remove';

const lists: readonly List[] = ['add', 'promote', 'remove'];

/** What an author wants of the members: `promote n4 n5 remove n2 n3`. Null if the words are no such wish. */
export function changeOfWords(
  words: readonly string[],
  nodeOf: (name: string) => ScenarioNode,
): MembershipChange | null {
  const named: Readonly<Record<List, NodeId[]>> = { add: [], promote: [], remove: [] };
  const learners: MembershipChange['add'][number][] = [];
  let force = false;
  let list: List | null = null;
  for (const word of words) {
    const begun = lists.find((name) => name === word);
    if (word === 'force') force = true;
    else if (begun !== undefined) list = begun;
    else if (list === null) return null;
    else {
      const { id, disk } = nodeOf(word);
      named[list].push(id);
      if (list === 'add') {
        learners.push({ id, storageId: disk.storageId, isPromotedWhenCaughtUp: false, replaces: null });
      }
    }
  }
  return { add: learners, promote: named.promote, remove: named.remove, force };
}

/** A change in the words in which it is asked for. */
export function changeText({ add, promote, remove, force }: MembershipChange): string {
  const named = { add: add.map(({ id }) => id), promote, remove };
  const words: string[] = lists.flatMap((list) => (named[list].length === 0 ? [] : [list, ...named[list]]));
  if (force) words.push('force');
  return words.length === 0 ? 'no change' : words.join(' ');
}

/** A configuration: its voters, and what else there is of members. */
export function configurationText({ voters, outgoingVoters, learners, removed }: Configuration): string {
  const idsOf = (members: readonly { readonly id: NodeId }[]): string => members.map(({ id }) => id).join(' ');
  const parts = [`voters ${idsOf(voters)}`];
  if (outgoingVoters.length > 0) parts.push(`before ${idsOf(outgoingVoters)}`);
  if (learners.length > 0) parts.push(`learners ${idsOf(learners)}`);
  if (removed.length > 0) parts.push(`removed ${removed.join(' ')}`);
  return parts.join(' / ');
}
