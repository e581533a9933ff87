import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings, type LogFields, term } from '../src/index.ts';
import { ElectionFixture } from './support/election-fixture.ts';
import { senderOf } from './support/fake-context.ts';

type Line = readonly [message: string, fields: LogFields];

let lines: Line[];
/** Roles, and the reasons of campaigns. */
let told: string[];
let fixture: ElectionFixture;

beforeEach(() => {
  lines = [];
  const log = (message: string, fields: LogFields = {}): void => void lines.push([message, fields]);
  told = [];
  const roles = {
    took: (role: string) => void told.push(role),
    campaigns: (why: string) => void told.push(`for ${why}`),
  };
  fixture = new ElectionFixture({ info: log, warn: log, error: log }, roles);
});

const newLines = (): readonly Line[] => lines.splice(0);
const { electionTimeoutMinMs, electionTimeoutMaxMs } = defaultRaftSettings;
const timeouts = { electionTimeoutMinMs, electionTimeoutMaxMs };
const hears = (leader: string, inTerm: number): void =>
  fixture.receive({ kind: 'leaderHeard', term: term(inTerm), leader: senderOf(leader).node, ...timeouts });

describe('a transition of role is one line', () => {
  test('from follower to leader', () => {
    fixture.winPreVote(2);
    expect(newLines()).toEqual([['became pre-candidate', { term: 2 }]]);
    fixture.win(2);
    expect(newLines().map(([message]) => message)).toEqual(['became candidate', 'became leader']);
  });

  test('from leader to follower, with the reason', () => {
    fixture.win(2);
    newLines();
    fixture.receive({ kind: 'leadershipLost', term: term(3), reason: 'no quorum' });
    expect(newLines()).toEqual([['became follower', { term: 3, leader: null, reason: 'no quorum' }]]);
  });

  test.each([
    ['a leader is heard', 'n2', () => hears('n2', 3)],
    ['a higher term', null, () => fixture.receive({ kind: 'termChanged', term: term(3) })],
  ])('from candidate to follower: %s', (reason, leader, learn) => {
    fixture.preVote(2);
    newLines();
    learn();
    expect(newLines()).toEqual([['became follower', { term: 3, leader, reason }]]);
  });
});

test('a follower that gets another leader or term has become nothing', () => {
  hears('n2', 1);
  hears('n2', 1);
  hears('n3', 2);
  fixture.receive({ kind: 'termChanged', term: term(3) });
  expect(newLines()).toEqual([
    ['follows', { term: 1, leader: 'n2' }],
    ['follows', { term: 2, leader: 'n3' }],
    ['follows nobody', { term: 3, reason: 'a higher term' }],
  ]);
});

describe('roles, and why it campaigns, are told for those who count them', () => {
  test('no leader was heard', () => {
    fixture.win(2);
    fixture.receive({ kind: 'leadershipLost', term: term(3), reason: 'no quorum' });
    expect(told).toEqual(['pre-candidate', 'for timeout', 'candidate', 'leader', 'follower']);
  });

  test('it knew that the leader is gone; the next time it need not', () => {
    hears('n2', 2);
    fixture.receive({ kind: 'leaderGone', term: term(2), leader: senderOf('n2').node, afterMs: 0 });
    fixture.preVote(2);
    hears('n3', 3);
    expect(told).toEqual(['pre-candidate', 'for leaderGone', 'follower']);
    fixture.elapse(1);
    fixture.preVote(3);
    expect(told.slice(3)).toEqual(['pre-candidate', 'for timeout']);
  });

  test('it won, and lost its office: that its predecessor was gone says nothing of the next campaign', () => {
    hears('n2', 2);
    fixture.receive({ kind: 'leaderGone', term: term(2), leader: senderOf('n2').node, afterMs: 0 });
    fixture.win(2);
    fixture.receive({ kind: 'leadershipLost', term: term(3), reason: 'no quorum' });
    fixture.preVote(3);
    expect(told.slice(-2)).toEqual(['pre-candidate', 'for timeout']);
  });

  test('the leader has asked for it, however often', () => {
    hears('n2', 2);
    for (let repeat = 0; repeat < 3; repeat += 1)
      fixture.receive({ kind: 'timeoutNow', term: term(2) }, senderOf('n2'));
    expect(told).toEqual(['for transfer']);
    fixture.campaigned(Number(fixture.context.takeAll('campaign').at(-1)?.attempt), 3);
    expect(told).toEqual(['for transfer', 'candidate']);
  });
});
