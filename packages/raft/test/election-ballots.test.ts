import { beforeEach, describe, expect, test } from 'vitest';
import { term } from '../src/index.ts';
import { campaignLog, ElectionFixture, type ReplyFields } from './support/election-fixture.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { usualTimeouts } from './support/timeouts.ts';

let fixture: ElectionFixture;

beforeEach(() => {
  fixture = new ElectionFixture();
});

describe('pre-vote', () => {
  test('asks all others about the term to come, and raises none', () => {
    const attempt = fixture.preVote(2);
    const asked = fixture.context.take();
    expect(asked.map(({ to }) => to)).toEqual(['n2.logStore', 'n3.logStore', 'n4.logStore', 'n5.logStore']);
    expect(asked[0]?.message).toEqual({
      kind: 'requestPreVote',
      term: 3,
      sequence: attempt,
      lastLogIndex: 4,
      lastLogTerm: 2,
    });
    expect(fixture.describe()).toMatchObject({ role: 'candidate', term: 2 });
  });

  test('a majority lets this node campaign from the term that it began with', () => {
    const attempt = fixture.preVote(2);
    fixture.reply('requestPreVoteReply', 'n2', 2, attempt);
    expect(fixture.context.takeAll('campaign')).toEqual([]);
    fixture.reply('requestPreVoteReply', 'n3', 1, attempt);
    expect(fixture.context.takeOne('campaign')).toEqual({ kind: 'campaign', attempt, fromTerm: 2, isTransfer: false });
  });

  test('a second majority, of grants that come later, does not campaign twice', () => {
    const attempt = fixture.preVote(2);
    for (const node of ['n2', 'n3', 'n4', 'n5']) fixture.reply('requestPreVoteReply', node, 2, attempt);
    expect(fixture.context.takeAll('campaign')).toHaveLength(1);
  });

  test.each<[string, ReplyFields & { sequence?: number; node?: string }]>([
    ['of an earlier attempt', { sequence: 0 }],
    ['to an earlier incarnation', { incarnation: 0 }],
    ['of another disk under a voter’s name', { from: senderOf('n3', { storageId: 'wiped' }) }],
    ['of a node that is no voter', { from: senderOf('n9') }],
    ['of a voter that has answered already', { from: senderOf('n2') }],
    ['of this node itself', { from: senderOf('n1') }],
    ['that refuses', { granted: false }],
  ])('a reply does not count: %s', (_, other) => {
    const attempt = fixture.preVote(2);
    fixture.reply('requestPreVoteReply', 'n2', 2, attempt);
    fixture.reply('requestPreVoteReply', 'n3', 2, other.sequence ?? attempt, other);
    expect(fixture.context.takeAll('campaign')).toEqual([]);
  });

  test('a higher term in a refusal is handed to the log store', () => {
    const attempt = fixture.preVote(2);
    fixture.context.take();
    fixture.reply('requestPreVoteReply', 'n2', 5, attempt, { granted: false });
    expect(fixture.context.take()).toMatchObject([{ to: 'n1.logStore', message: { kind: 'observeTerm', term: 5 } }]);
  });

  test('is not begun by a node whose log is being repaired', () => {
    const attempt = fixture.timeOut();
    const configuration = votersOf('n1', 'n2', 'n3');
    const start = { attempt, term: term(2), ...campaignLog, configuration } as const;
    fixture.receive({ kind: 'campaignPrepared', mayCampaign: false, ...start });
    expect(fixture.context.take()).toEqual([]);
  });

  test('is not begun by a node that is no voter', () => {
    const attempt = fixture.timeOut();
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign: false,
      attempt,
      term: term(2),
      ...campaignLog,
      configuration: votersOf('n2', 'n3'),
    });
    expect(fixture.context.take()).toEqual([]);
  });

  test('is given up when a leader is heard', () => {
    const attempt = fixture.preVote(2);
    fixture.receive({ kind: 'leaderHeard', term: term(2), leader: senderOf('n2').node, ...usualTimeouts });
    for (const node of ['n2', 'n3']) fixture.reply('requestPreVoteReply', node, 2, attempt);
    expect(fixture.context.takeAll('campaign')).toEqual([]);
    expect(fixture.describe()).toMatchObject({ role: 'follower', leader: 'n2' });
  });

  test('a campaign that the log store refuses makes it a follower again', () => {
    const attempt = fixture.winPreVote(2);
    fixture.receive({ kind: 'campaignRefused', attempt, term: term(3) });
    expect(fixture.describe()).toMatchObject({ role: 'follower', term: 3 });
  });
});

describe('the log store’s answers, late or doubled', () => {
  test('a campaign whose flush took longer than the others’ votes does not undo their leader', () => {
    const attempt = fixture.winPreVote(2);
    fixture.receive({ kind: 'leaderHeard', term: term(4), leader: senderOf('n4').node, ...usualTimeouts });
    fixture.context.take();
    fixture.campaigned(attempt, 3);
    expect(fixture.context.take()).toEqual([]);
    expect(fixture.describe()).toMatchObject({ role: 'follower', term: 4, leader: 'n4' });
  });

  test('nor if the leader is one of that very term', () => {
    const attempt = fixture.winPreVote(2);
    fixture.receive({ kind: 'leaderHeard', term: term(3), leader: senderOf('n4').node, ...usualTimeouts });
    fixture.campaigned(attempt, 3);
    expect(fixture.describe()).toMatchObject({ role: 'follower', leader: 'n4' });
  });

  test('a doubled one opens no second ballot, and forgets no vote', () => {
    const attempt = fixture.campaign(2);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign: true,
      attempt,
      term: term(2),
      ...campaignLog,
      configuration: fixture.configuration,
    });
    fixture.campaigned(attempt, 3);
    fixture.reply('requestVoteReply', 'n3', 3, attempt);
    expect(fixture.leads).toBe(true);
  });

  test('a doubled one asks for no other term, for which pre-votes of the first would count', () => {
    const attempt = fixture.preVote(2);
    fixture.receive({ kind: 'leaderHeard', term: term(3), leader: senderOf('n4').node, ...usualTimeouts });
    fixture.context.take();
    const start = { attempt, term: term(3), mayCampaign: true, ...campaignLog } as const;
    fixture.receive({ kind: 'campaignPrepared', configuration: fixture.configuration, ...start });
    for (const node of ['n2', 'n3']) fixture.reply('requestPreVoteReply', node, 2, attempt);
    expect(fixture.context.take()).toEqual([]);
  });

  test('one that comes when the office it led to has ended begins nothing', () => {
    fixture.win(2);
    fixture.receive({ kind: 'leadershipLost', term: term(3), reason: 'no quorum' });
    fixture.context.take();
    fixture.campaigned(1, 3);
    expect(fixture.context.take()).toEqual([]);
  });

  test('a refusal of a term that has passed does not lower the term', () => {
    const attempt = fixture.preVote(4);
    fixture.receive({ kind: 'campaignRefused', attempt, term: term(3) });
    expect(fixture.describe()).toMatchObject({ term: 4 });
  });
});
