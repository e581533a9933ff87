import { describe, expect, test } from 'vitest';
import { type Configuration, decodeConfiguration, encodeConfiguration, type MembershipChange } from '../src/index.ts';
import { firstStep, lastStep, type MemberFacts, planChange } from '../src/membership/plan-change.ts';
import { changeOf, learner, members } from './support/members.ts';

const three = members({ voters: ['n1', 'n2', 'n3'] });
const withLearner = members({ voters: ['n1', 'n2', 'n3'], learners: ['n4'] });

/** All are there and have everything, but those that are named. */
const facts = (
  but: { readonly silent?: readonly string[]; readonly behind?: readonly string[] } = {},
): MemberFacts => ({
  isAlive: (id) => but.silent?.includes(id) !== true,
  isCaughtUp: (id) => but.behind?.includes(id) !== true,
});

describe('a change leads to', () => {
  test.each<[string, Configuration, MembershipChange, Configuration]>([
    ['a learner more', three, changeOf({ add: [learner('n4')] }), withLearner],
    [
      'as many learners more as are wanted',
      withLearner,
      changeOf({ add: [learner('n5'), learner('n6')] }),
      members({ voters: ['n1', 'n2', 'n3'], learners: ['n4', 'n5', 'n6'] }),
    ],
    ['a vote for a learner', withLearner, changeOf({ promote: ['n4'] }), members({ voters: ['n1', 'n2', 'n3', 'n4'] })],
    [
      'a vote for a learner, once, though it is named twice',
      withLearner,
      changeOf({ promote: ['n4', 'n4'] }),
      members({ voters: ['n1', 'n2', 'n3', 'n4'] }),
    ],
    ['the removal of a voter', three, changeOf({ remove: ['n2'] }), members({ voters: ['n1', 'n3'], removed: ['n2'] })],
    [
      'one removal, though it is named twice',
      three,
      changeOf({ remove: ['n2', 'n2'] }),
      members({ voters: ['n1', 'n3'], removed: ['n2'] }),
    ],
    [
      'the removal of a learner',
      withLearner,
      changeOf({ remove: ['n4'] }),
      members({ voters: ['n1', 'n2', 'n3'], removed: ['n4'] }),
    ],
    [
      'the replacement of a voter by the learner that was added for that',
      members({ voters: ['n1', 'n2', 'n3'], learners: [learner('n4', { replaces: 'n2' })] }),
      changeOf({ promote: ['n4'] }),
      members({ voters: ['n1', 'n3', 'n4'], removed: ['n2'] }),
    ],
    [
      'two replacements at once',
      members({
        voters: ['n1', 'n2', 'n3'],
        learners: [learner('n4', { replaces: 'n2' }), learner('n5', { replaces: 'n3' })],
      }),
      changeOf({ promote: ['n4', 'n5'] }),
      members({ voters: ['n1', 'n4', 'n5'], removed: ['n2', 'n3'] }),
    ],
    [
      'a vote alone for a learner that was to replace one that is gone',
      members({ voters: ['n1', 'n3'], learners: [learner('n4', { replaces: 'n2' })], removed: ['n2'] }),
      changeOf({ promote: ['n4'] }),
      members({ voters: ['n1', 'n3', 'n4'], removed: ['n2'] }),
    ],
    [
      'a replacement by a learner that is there already',
      withLearner,
      changeOf({ add: [learner('n4', { replaces: 'n2', isPromotedWhenCaughtUp: true })] }),
      members({
        voters: ['n1', 'n2', 'n3'],
        learners: [learner('n4', { replaces: 'n2', isPromotedWhenCaughtUp: true })],
      }),
    ],
    [
      'the same replacement, if it is asked for again',
      members({ voters: ['n1', 'n2', 'n3'], learners: [learner('n4', { replaces: 'n2' }), learner('n5')] }),
      changeOf({ add: [learner('n4', { replaces: 'n2' })] }),
      members({ voters: ['n1', 'n2', 'n3'], learners: [learner('n5'), learner('n4', { replaces: 'n2' })] }),
    ],
    [
      'everything at once',
      members({ voters: ['n1', 'n2', 'n3'], learners: ['n4', 'n5'] }),
      changeOf({ add: [learner('n6')], promote: ['n4'], remove: ['n2', 'n5'] }),
      members({ voters: ['n1', 'n3', 'n4'], learners: ['n6'], removed: ['n2', 'n5'] }),
    ],
  ])('%s', (_, current, change, configuration) => {
    expect(planChange(current, change, facts())).toEqual({ kind: 'planned', configuration });
    expect(decodeConfiguration(encodeConfiguration(configuration))).toEqual(configuration);
  });
});

describe('a change is refused', () => {
  test.each<[string, Configuration, MembershipChange, string]>([
    ['while the voters change', members({ voters: ['n1'], outgoing: ['n1', 'n2'] }), changeOf({}), 'ChangeInProgress'],
    ['that changes nothing', three, changeOf({}), 'NothingToChange'],
    ['that adds a voter', three, changeOf({ add: [learner('n2')] }), 'MemberExists'],
    ['that adds a learner again', withLearner, changeOf({ add: [learner('n4')] }), 'MemberExists'],
    ['that adds one member twice', three, changeOf({ add: [learner('n4'), learner('n4')] }), 'MemberExists'],
    [
      'that adds the disk of another member',
      three,
      changeOf({ add: [{ ...learner('n4'), storageId: 'disk-of-n2' }] }),
      'MemberExists',
    ],
    [
      'that adds one disk twice',
      three,
      changeOf({ add: [learner('n4'), { ...learner('n5'), storageId: 'disk-of-n4' }] }),
      'MemberExists',
    ],
    [
      'that adds an id that was a member once',
      members({ voters: ['n1', 'n3'], removed: ['n2'] }),
      changeOf({ add: [{ ...learner('n2'), storageId: 'new-disk-of-n2' }] }),
      'IdSpent',
    ],
    ['that replaces a stranger', three, changeOf({ add: [learner('n4', { replaces: 'n9' })] }), 'NoSuchMember'],
    ['that replaces itself', three, changeOf({ add: [learner('n4', { replaces: 'n4' })] }), 'NoSuchMember'],
    [
      'that replaces who is being replaced',
      members({ voters: ['n1', 'n2'], learners: [learner('n4', { replaces: 'n2' })] }),
      changeOf({ add: [learner('n5', { replaces: 'n2' })] }),
      'ChangeInProgress',
    ],
    [
      'that replaces one member twice',
      three,
      changeOf({ add: [learner('n4', { replaces: 'n2' }), learner('n5', { replaces: 'n2' })] }),
      'ChangeInProgress',
    ],
    [
      'that takes a learner up twice',
      withLearner,
      changeOf({ add: [learner('n4', { replaces: 'n2' }), learner('n4', { replaces: 'n3' })] }),
      'MemberExists',
    ],
    [
      'that takes two learners up for one member',
      members({ voters: ['n1', 'n2', 'n3'], learners: ['n4', 'n5'] }),
      changeOf({ add: [learner('n4', { replaces: 'n2' }), learner('n5', { replaces: 'n2' })] }),
      'ChangeInProgress',
    ],
    [
      'that takes up who is to replace another',
      members({ voters: ['n1', 'n2', 'n3'], learners: [learner('n4', { replaces: 'n3' })] }),
      changeOf({ add: [learner('n4', { replaces: 'n2' })] }),
      'MemberExists',
    ],
    [
      'that takes up a learner with another disk',
      withLearner,
      changeOf({ add: [{ ...learner('n4', { replaces: 'n2' }), storageId: 'new-disk-of-n4' }] }),
      'MemberExists',
    ],
    [
      'that lets a learner replace itself',
      withLearner,
      changeOf({ add: [learner('n4', { replaces: 'n4' })] }),
      'NoSuchMember',
    ],
    [
      'that lets a voter replace another',
      three,
      changeOf({ add: [learner('n2', { replaces: 'n3' })] }),
      'MemberExists',
    ],
    ['that promotes a stranger', three, changeOf({ promote: ['n4'] }), 'NoSuchMember'],
    ['that promotes whom it adds', three, changeOf({ add: [learner('n4')], promote: ['n4'] }), 'NoSuchMember'],
    ['that promotes a voter', three, changeOf({ promote: ['n2'] }), 'NotALearner'],
    ['that removes a stranger', three, changeOf({ remove: ['n4'] }), 'NoSuchMember'],
    ['that adds and removes one', three, changeOf({ add: [learner('n4')], remove: ['n4'] }), 'NoSuchMember'],
    ['that promotes and removes one', withLearner, changeOf({ promote: ['n4'], remove: ['n4'] }), 'NoSuchMember'],
    ['that leaves no voter', three, changeOf({ remove: ['n1', 'n2', 'n3'] }), 'NoQuorum'],
    ['that leaves no voter, also by force', three, changeOf({ remove: ['n1', 'n2', 'n3'], force: true }), 'NoQuorum'],
  ])('%s', (_, current, change, code) => {
    const plan = planChange(current, change, facts());
    expect(plan).toMatchObject({ kind: 'refused', refusal: { code } });
    expect(plan).toMatchObject({ refusal: { message: expect.stringMatching(/\w/) } });
  });

  test('that promotes a learner that lags, unless it is forced', () => {
    const change = { promote: ['n4'] };
    const lagging = facts({ behind: ['n4'] });
    expect(planChange(withLearner, changeOf(change), lagging)).toMatchObject({ refusal: { code: 'NotCaughtUp' } });
    expect(planChange(withLearner, changeOf({ ...change, force: true }), lagging)).toMatchObject({ kind: 'planned' });
  });

  test.each<[string, Configuration, MembershipChange, readonly string[]]>([
    ['by a removal', three, changeOf({ remove: ['n1'] }), ['n2']],
    ['by a replacement', withLearner, changeOf({ promote: ['n4'], remove: ['n1'] }), ['n3', 'n4']],
    ['by promotions', members({ voters: ['n1'], learners: ['n2'] }), changeOf({ promote: ['n2'] }), ['n2']],
  ])('that leaves no majority that is alive, %s, unless it is forced', (_, current, change, silent) => {
    const refused = planChange(current, change, facts({ silent }));
    expect(refused).toMatchObject({ kind: 'refused', refusal: { code: 'NoQuorum' } });
    expect(JSON.stringify(refused)).toContain('would answer');
    expect(planChange(current, { ...change, force: true }, facts({ silent }))).toMatchObject({ kind: 'planned' });
  });

  test('and is not if a majority that is alive stays', () => {
    expect(planChange(three, changeOf({ remove: ['n3'] }), facts({ silent: ['n3'] }))).toMatchObject({
      kind: 'planned',
    });
  });
});

describe('the way to the next configuration', () => {
  test('is one step if the voters stay', () => {
    expect(firstStep(three, withLearner)).toEqual(withLearner);
    const reordered = members({ voters: ['n3', 'n1', 'n2'], learners: ['n4'] });
    expect(firstStep(three, reordered)).toEqual(reordered);
  });

  test.each([
    ['one comes', ['n1', 'n2', 'n3', 'n4']],
    ['one goes', ['n1', 'n2']],
    ['two of three are others', ['n1', 'n4', 'n5']],
  ])('is joint if %s: the majorities of both count, and then those that stay alone', (_, ids) => {
    const target = members({ voters: ids });
    const joint = firstStep(three, target);
    expect(joint).toEqual(members({ voters: ids, outgoing: ['n1', 'n2', 'n3'] }));
    expect(lastStep(joint)).toEqual(target);
  });
});
