import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings, term } from '../src/index.ts';
import { campaignLog, ElectionFixture } from './support/election-fixture.ts';
import { senderOf } from './support/fake-context.ts';
import { members } from './support/members.ts';
import { usualTimeouts } from './support/timeouts.ts';

let fixture: ElectionFixture;

beforeEach(() => {
  fixture = new ElectionFixture();
  fixture.receive({ kind: 'leaderHeard', term: term(3), leader: senderOf('n2').node, ...usualTimeouts });
  fixture.context.take();
});

/** The leader asks this node to campaign; the answer is the attempt, if there is one. */
function timeoutNow(inTerm = 3, from = 'n2'): number | null {
  fixture.receive({ kind: 'timeoutNow', term: term(inTerm) }, senderOf(from));
  const [campaign] = fixture.context.takeAll('campaign');
  return campaign === undefined ? null : Number(campaign.attempt);
}

describe('TimeoutNow', () => {
  test('has the log store campaign at once, from the term that it names and without pre-votes', () => {
    fixture.receive({ kind: 'timeoutNow', term: term(3) }, senderOf('n2'));
    expect(fixture.context.take()).toMatchObject([
      { to: 'n1.logStore', message: { kind: 'campaign', fromTerm: 3, isTransfer: true } },
    ]);
  });

  test('and the votes are asked for in the leader’s name: it needs no protection', () => {
    const attempt = Number(timeoutNow());
    fixture.campaigned(attempt, 4);
    const asked = fixture.context.takeAll('requestVote');
    expect(asked).toHaveLength(4);
    for (const request of asked) expect(request).toMatchObject({ term: 4, isTransfer: true });
    for (const node of ['n2', 'n3']) fixture.reply('requestVoteReply', node, 4, attempt);
    expect(fixture.leads).toBe(true);
  });

  test.each([
    ['of an earlier term', 2, 'n2'],
    ['of a later term', 4, 'n2'],
    ['of a node that does not lead', 3, 'n3'],
  ])('is nothing if it is one %s', (_, inTerm, from) => {
    expect(timeoutNow(inTerm, from)).toBeNull();
  });

  test('is nothing where no leader is known', () => {
    fixture.receive({ kind: 'termChanged', term: term(4) });
    expect(timeoutNow(4)).toBeNull();
  });

  test('that comes twice begins one campaign: the second finds a candidate', () => {
    fixture.campaigned(Number(timeoutNow()), 4);
    expect(timeoutNow()).toBeNull();
  });

  test('that comes again when the first campaign was not answered asks for the same once more: one of two would be refused', () => {
    const first = timeoutNow();
    expect(timeoutNow()).toBe(first);
  });

  test('that comes late, to the new leader or to a follower of the next, is nothing', () => {
    const attempt = Number(timeoutNow());
    fixture.campaigned(attempt, 4);
    for (const node of ['n2', 'n3']) fixture.reply('requestVoteReply', node, 4, attempt);
    expect(timeoutNow()).toBeNull();
    fixture.receive({ kind: 'leaderHeard', term: term(5), leader: senderOf('n3').node, ...usualTimeouts });
    expect(timeoutNow()).toBeNull();
    expect(timeoutNow(5)).toBeNull();
  });

  test('lends its right to that campaign alone: the next one protects the leader again', () => {
    timeoutNow();
    fixture.winPreVote(3);
    expect(fixture.context.takeAll('campaign')).toMatchObject([{ isTransfer: false }]);
  });

  test('is no use if the log store refuses: this node follows on', () => {
    const attempt = Number(timeoutNow());
    fixture.receive({ kind: 'campaignRefused', attempt, term: term(3) });
    expect(fixture.describe()).toMatchObject({ role: 'follower', term: 3, leader: 'n2' });
  });
});

describe('a node without a vote', () => {
  const inGroupOf = (...voters: readonly string[]): void => {
    const attempt = fixture.timeOut();
    const configuration = members({ voters, learners: voters.includes('n1') ? [] : ['n1'] });
    const mayCampaign = voters.includes('n1');
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign,
      attempt,
      term: term(3),
      ...campaignLog,
      configuration,
    });
  };

  test('never asks for one', () => {
    inGroupOf('n2', 'n3');
    expect(fixture.context.takeAll('requestPreVote')).toEqual([]);
    fixture.elapse(10 * settings.electionTimeoutMaxMs);
    expect(fixture.context.takeAll('campaign')).toEqual([]);
    expect(fixture.describe()).toMatchObject({ role: 'follower' });
  });

  test('that hears no leader knows of none: a write waits for the next, and is not proposed to a dead one', () => {
    inGroupOf('n2', 'n3');
    expect(fixture.context.take()).toMatchObject([
      { to: 'n1.gateway', message: { kind: 'leaderKnown', term: 3, leader: null } },
    ]);
    expect(fixture.describe()).toMatchObject({ role: 'follower', leader: null });
    inGroupOf('n2', 'n3');
    expect(fixture.context.takeAll('leaderKnown')).toEqual([]);
  });

  test('is one whose disk is not the one that is listed', () => {
    const attempt = fixture.timeOut();
    const configuration = {
      ...members({ voters: ['n2', 'n3'] }),
      voters: [{ id: senderOf('n1').node, storageId: 'lost' }, ...members({ voters: ['n2', 'n3'] }).voters],
    };
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign: false,
      attempt,
      term: term(3),
      ...campaignLog,
      configuration,
    });
    expect(fixture.context.takeAll('requestPreVote')).toEqual([]);
  });
});

describe('a node that was removed while it was away', () => {
  const told = (sequence: number, incarnation = 1): void =>
    fixture.receive({ kind: 'memberRemoved', incarnation, sequence }, senderOf('n2'));

  test('is told so by whom it asks for a vote, and asks no more', () => {
    told(fixture.preVote(3));
    expect(fixture.describe()).toMatchObject({ role: 'follower', leader: null });
    fixture.context.take();
    fixture.elapse(10 * settings.electionTimeoutMaxMs);
    expect(fixture.context.take()).toEqual([]);
  });

  test.each<[string, () => void]>([
    ['an earlier incarnation has asked for', () => told(fixture.preVote(3), 0)],
    ['an earlier attempt has asked for', () => told(fixture.preVote(3) - 1)],
  ])('does not hear it from an answer that %s', (_, answer) => {
    answer();
    expect(fixture.describe()).toMatchObject({ role: 'candidate' });
    fixture.timeOut();
  });
});

test('a node that is no voter once the newest configuration is committed asks those who are then, and its own vote counts for nothing', () => {
  const attempt = fixture.timeOut();
  const start = { attempt, ...campaignLog, configuration: members({ voters: ['n2', 'n3', 'n4'], removed: ['n1'] }) };
  fixture.receive({ kind: 'campaignPrepared', mayCampaign: true, term: term(3), ...start });
  const asked = fixture.context.take().filter(({ message }) => message.kind === 'requestPreVote');
  expect(asked.map(({ to }) => to).sort()).toEqual(['n2', 'n3', 'n4'].map((id) => `${id}.logStore`));
  fixture.reply('requestPreVoteReply', 'n2', 3, attempt);
  expect(fixture.context.takeAll('campaign')).toEqual([]);
  fixture.reply('requestPreVoteReply', 'n4', 3, attempt);
  expect(fixture.context.takeAll('campaign')).toHaveLength(1);
});

test('a removal that the own log tells of may not be committed: when it is gone, the node campaigns again', () => {
  const attempt = fixture.timeOut();
  const configuration = members({ voters: ['n2', 'n3'], removed: ['n1'] });
  fixture.receive({
    kind: 'campaignPrepared',
    mayCampaign: false,
    attempt,
    term: term(3),
    ...campaignLog,
    configuration,
  });
  expect(fixture.context.takeAll('requestPreVote')).toEqual([]);
  fixture.preVote(3);
  expect(fixture.context.takeAll('requestPreVote')).toHaveLength(4);
});

describe('while the voters change, a candidate', () => {
  const joint = members({ voters: ['n1', 'n4', 'n5'], outgoing: ['n1', 'n2', 'n3'] });

  /** Campaigns with the joint configuration at the end of its log. */
  function campaign(): number {
    const attempt = fixture.timeOut();
    const start = { attempt, ...campaignLog, configuration: joint };
    fixture.receive({ kind: 'campaignPrepared', mayCampaign: true, term: term(3), ...start });
    for (const node of ['n2', 'n4']) fixture.reply('requestPreVoteReply', node, 3, attempt);
    fixture.receive({ kind: 'campaigned', term: term(4), ...start });
    return attempt;
  }

  test('asks those before and those after', () => {
    campaign();
    const asked = fixture.context.take().filter(({ message }) => message.kind === 'requestVote');
    expect(asked.map(({ to }) => to).sort()).toEqual(['n2', 'n3', 'n4', 'n5'].map((id) => `${id}.logStore`));
  });

  test.each<[string, readonly string[], boolean]>([
    ['the new majority alone', ['n4', 'n5'], false],
    ['the majority before alone', ['n2', 'n3'], false],
    ['both', ['n3', 'n5'], true],
  ])('wins with %s: %j %j', (_, voters, wins) => {
    const attempt = campaign();
    for (const node of voters) fixture.reply('requestVoteReply', node, 4, attempt);
    expect(fixture.leads).toBe(wins);
  });

  test.each<[string, readonly string[], boolean]>([
    ['the new majority alone', ['n4', 'n5'], false],
    ['both', ['n3', 'n5'], true],
  ])('has its pre-votes with %s', (_, voters, wins) => {
    const attempt = fixture.timeOut();
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign: true,
      term: term(3),
      attempt,
      ...campaignLog,
      configuration: joint,
    });
    for (const node of voters) fixture.reply('requestPreVoteReply', node, 3, attempt);
    expect(fixture.context.takeAll('campaign').length > 0).toBe(wins);
  });
});
