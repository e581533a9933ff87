import { describe, expect, test } from 'vitest';
import {
  type Configuration,
  isQuorum,
  logIndex,
  membersOf,
  otherVotersOf,
  peersOf,
  quorumIndex,
  voterOf,
  votersOf,
} from '../src/index.ts';
import { senderOf } from './support/fake-context.ts';
import { members, voter } from './support/members.ts';

const joint = members({ voters: ['n3', 'n4', 'n5'], outgoing: ['n1', 'n2', 'n3'], learners: ['n6'] });
const idsOf = (of: readonly { readonly id: string }[]): string[] => of.map(({ id }) => id);

describe('a quorum', () => {
  test.each<[readonly string[], readonly string[], boolean]>([
    [['n1'], ['n1'], true],
    [['n1'], [], false],
    [['n1', 'n2'], ['n1'], false],
    [['n1', 'n2', 'n3'], ['n1', 'n3'], true],
    [['n1', 'n2', 'n3'], ['n1', 'n4', 'n5'], false],
    [['n1', 'n2', 'n3', 'n4'], ['n1', 'n2'], false],
    [['n1', 'n2', 'n3', 'n4'], ['n1', 'n2', 'n4'], true],
  ])('of %j is %j: %j', (voters, agreeing, expected) => {
    expect(isQuorum(members({ voters }), ({ id }) => agreeing.includes(id))).toBe(expected);
  });

  test.each<[string, readonly string[], boolean]>([
    ['majorities of both', ['n1', 'n3', 'n4'], true],
    ['the new ones alone', ['n3', 'n4', 'n5'], false],
    ['those before alone', ['n1', 'n2', 'n3'], false],
    ['a majority of all of them together', ['n1', 'n4', 'n5'], false],
    ['those before and a learner', ['n1', 'n2', 'n3', 'n6'], false],
  ])('while the voters change is not without majorities of both (Raft §6): %s', (_, agreeing, expected) => {
    expect(isQuorum(joint, ({ id }) => agreeing.includes(id))).toBe(expected);
  });

  test.each<[string, Configuration, Readonly<Record<string, number>>, number]>([
    ['one voter', members({ voters: ['n1'] }), { n1: 7 }, 7],
    ['two voters', members({ voters: ['n1', 'n2'] }), { n1: 7, n2: 3 }, 3],
    ['three voters', members({ voters: ['n1', 'n2', 'n3'] }), { n1: 7, n2: 5, n3: 1 }, 5],
    ['four voters', members({ voters: ['n1', 'n2', 'n3', 'n4'] }), { n1: 9, n2: 7, n3: 5, n4: 1 }, 5],
    ['a learner more', members({ voters: ['n1', 'n2'], learners: ['n3'] }), { n1: 7, n2: 3, n3: 7 }, 3],
    ['others before that lag', joint, { n1: 2, n2: 2, n3: 9, n4: 9, n5: 9 }, 2],
    ['others after that lag', joint, { n1: 9, n2: 9, n3: 9, n4: 4, n5: 1 }, 4],
  ])('has reached, with %s, the least of what its majorities have', (_, configuration, reached, expected) => {
    expect(quorumIndex(configuration, ({ id }) => logIndex(reached[id] ?? 0))).toBe(expected);
  });
});

describe('the members', () => {
  test('with a vote are those before and those after, each once', () => {
    expect(idsOf(votersOf(joint)).sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    expect(idsOf(otherVotersOf(joint, senderOf('n3').node)).sort()).toEqual(['n1', 'n2', 'n4', 'n5']);
  });

  test('that get the log are the learners too', () => {
    expect(idsOf(membersOf(joint)).sort()).toEqual(['n1', 'n2', 'n3', 'n4', 'n5', 'n6']);
    expect(idsOf(peersOf(joint, senderOf('n4').node)).sort()).toEqual(['n1', 'n2', 'n3', 'n5', 'n6']);
  });

  test('are who they are by their disks: a learner, a stranger and a wiped machine are no voters', () => {
    expect(voterOf(joint, senderOf('n1'))).toEqual(voter('n1'));
    expect(voterOf(joint, senderOf('n6'))).toBeNull();
    expect(voterOf(joint, senderOf('n7'))).toBeNull();
    expect(voterOf(joint, senderOf('n1', { storageId: 'other' }))).toBeNull();
  });
});
