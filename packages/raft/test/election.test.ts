import { beforeEach, describe, expect, test } from 'vitest';
import { type ElectionMessage, defaultRaftSettings as settings, term } from '../src/index.ts';
import { campaignLog, ElectionFixture, type ReplyFields } from './support/election-fixture.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { usualTimeouts } from './support/timeouts.ts';

let fixture: ElectionFixture;

beforeEach(() => {
  fixture = new ElectionFixture();
});

describe('Raft figure 2, rules for servers: followers', () => {
  test('2. without a leader or a vote given, an election begins when the timeout has passed', () => {
    fixture.elapse(fixture.timeoutMs - 1);
    expect(fixture.context.take()).toEqual([]);
    fixture.elapse(1);
    expect(fixture.context.take()).toMatchObject([{ to: 'n1.logStore', message: { kind: 'prepareCampaign' } }]);
  });

  test.each<ElectionMessage>([
    { kind: 'leaderHeard', term: term(2), leader: senderOf('n2').node, ...usualTimeouts },
    { kind: 'voteCast', term: term(2) },
    { kind: 'busConnected' },
  ])('2. the timer begins anew: $kind', (message) => {
    fixture.elapse(fixture.timeoutMs - 1);
    fixture.receive(message);
    fixture.context.take();
    fixture.elapse(fixture.timeoutMs - 1);
    expect(fixture.context.take()).toEqual([]);
  });

  test('2. a leader of a term that has passed does not restart it', () => {
    fixture.receive({ kind: 'termChanged', term: term(3) });
    fixture.elapse(fixture.timeoutMs - 1);
    fixture.receive({ kind: 'leaderHeard', term: term(2), leader: senderOf('n2').node, ...usualTimeouts });
    fixture.context.take();
    fixture.elapse(1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
  });

  test('2. the timeout is drawn from its range for each round', () => {
    fixture.context.chance = 0;
    fixture.elapse(fixture.timeoutMs);
    fixture.context.chance = 0.999;
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
    fixture.elapse(settings.electionTimeoutMinMs);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
    fixture.elapse(settings.electionTimeoutMaxMs - 1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(0);
    fixture.elapse(1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
  });
});

describe('election timeouts', () => {
  const slow = { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 };

  test('are the leader’s, as soon as one is heard, and after it', () => {
    const fixture = new ElectionFixture();
    fixture.receive({ kind: 'leaderHeard', term: term(2), leader: senderOf('n2').node, ...slow });
    fixture.elapse(1349);
    expect(fixture.context.takeAll('prepareCampaign')).toEqual([]);
    fixture.elapse(1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
    fixture.elapse(1350);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
  });

  test('grow while answers come too late for them', () => {
    const fixture = new ElectionFixture();
    const attempt = fixture.preVote(3);
    fixture.elapse(fixture.timeoutMs - 1);
    fixture.reply('requestPreVoteReply', 'n2', 3, attempt, { granted: false });
    // The timer that runs was drawn before.
    fixture.elapse(1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
    fixture.elapse(2 * fixture.timeoutMs - 1);
    expect(fixture.context.takeAll('prepareCampaign')).toEqual([]);
    fixture.elapse(1);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
  });
});

describe('a leader that is gone', () => {
  const heard = { kind: 'leaderHeard', term: term(2), leader: senderOf('n2').node, ...usualTimeouts } as const;
  const gone = { kind: 'leaderGone', term: term(2), leader: senderOf('n2').node, afterMs: 0 } as const;
  const spreadMs = settings.electionTimeoutMinMs / 30;

  /** Whether it campaigns within so long. */
  function campaignsWithin(fixture: ElectionFixture, forMs: number): boolean {
    fixture.context.take();
    fixture.elapse(forMs);
    return fixture.context.takeAll('prepareCampaign').length > 0;
  }

  test('is not waited for: the campaign begins almost at once, or after as long as the log store says', () => {
    for (const afterMs of [0, 40]) {
      const fixture = new ElectionFixture();
      fixture.receive(heard);
      fixture.receive({ ...gone, afterMs });
      expect(campaignsWithin(fixture, afterMs + spreadMs / 2 - 0.1)).toBe(false);
      expect(campaignsWithin(fixture, 0.2)).toBe(true);
    }
  });

  test('is told to the gateway at once, so that writes wait for the next one', () => {
    const fixture = new ElectionFixture();
    fixture.receive(heard);
    fixture.context.take();
    fixture.receive({ ...gone, afterMs: 40 });
    expect(fixture.context.takeOne('leaderKnown')).toMatchObject({ term: 2, leader: null });
  });

  test('once: if nothing comes of it the next round is an ordinary one', () => {
    const fixture = new ElectionFixture();
    fixture.receive(heard);
    fixture.receive(gone);
    fixture.elapse(spreadMs);
    expect(campaignsWithin(fixture, fixture.timeoutMs - spreadMs)).toBe(false);
  });

  test('is waited for no longer than without that', () => {
    const fixture = new ElectionFixture();
    fixture.receive(heard);
    fixture.elapse(fixture.timeoutMs - 10);
    fixture.receive({ ...gone, afterMs: 50 });
    expect(campaignsWithin(fixture, 11)).toBe(true);
  });

  test('is not the one that is followed, or not any more: then nothing changes', () => {
    for (const other of [{ leader: senderOf('n3').node }, { term: term(1) }]) {
      const fixture = new ElectionFixture();
      fixture.receive(heard);
      fixture.receive({ ...gone, ...other });
      expect(campaignsWithin(fixture, fixture.timeoutMs - 1)).toBe(false);
    }
  });

  test('and is heard after all: the timeout is an ordinary one again', () => {
    const fixture = new ElectionFixture();
    fixture.receive(heard);
    fixture.receive(gone);
    fixture.receive(heard);
    expect(campaignsWithin(fixture, fixture.timeoutMs - 1)).toBe(false);
  });
});

test('a new connection to the bus: no timeout counts until an election timeout after it', () => {
  const fixture = new ElectionFixture();
  fixture.elapse(fixture.timeoutMs - 1);
  fixture.receive({ kind: 'busConnected' });
  fixture.elapse(settings.electionTimeoutMaxMs + fixture.timeoutMs - 1);
  expect(fixture.context.takeAll('prepareCampaign')).toEqual([]);
  fixture.elapse(1);
  expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
});

test('a new connection to the bus while the log store is asked: nobody is asked for pre-votes', () => {
  const fixture = new ElectionFixture();
  const attempt = fixture.timeOut();
  fixture.receive({ kind: 'busConnected' });
  fixture.prepared(2, attempt);
  expect(fixture.context.takeAll('requestPreVote')).toEqual([]);
});

describe('a leader that stands aside', () => {
  test('is told to the gateway as none, and as the leader when it leads on', () => {
    const fixture = new ElectionFixture();
    fixture.win(2);
    fixture.receive({ kind: 'leaderAside', term: term(3), isAside: true });
    expect(fixture.context.takeOne('leaderKnown')).toMatchObject({ term: 3, leader: null });
    fixture.receive({ kind: 'leaderAside', term: term(3), isAside: true });
    expect(fixture.context.take()).toEqual([]);
    expect(fixture.describe()).toMatchObject({ role: 'leader', leader: null });
    fixture.receive({ kind: 'leaderAside', term: term(3), isAside: false });
    expect(fixture.context.takeOne('leaderKnown')).toMatchObject({ term: 3, leader: 'n1' });
  });

  test('of a term that is over changes nothing', () => {
    const fixture = new ElectionFixture();
    fixture.win(2);
    fixture.receive({ kind: 'leaderAside', term: term(2), isAside: true });
    expect(fixture.describe()).toMatchObject({ leader: 'n1' });
  });
});

describe('Raft figure 2, rules for servers: candidates', () => {
  test('1. asks all others for their votes in the term that the log store has raised', () => {
    const attempt = fixture.campaign(2);
    const asked = fixture.context.take().filter(({ message }) => message.kind === 'requestVote');
    expect(asked).toHaveLength(4);
    expect(asked[0]).toMatchObject({
      to: 'n2.logStore',
      message: { term: 3, sequence: attempt, lastLogIndex: 4, lastLogTerm: 2 },
    });
  });

  test('1. restarts the election timer', () => {
    const attempt = fixture.winPreVote(2);
    fixture.elapse(fixture.timeoutMs - 1);
    fixture.campaigned(attempt, 3);
    fixture.context.take();
    fixture.elapse(fixture.timeoutMs - 1);
    expect(fixture.context.take()).toEqual([]);
  });

  test('2. a majority of votes makes it leader', () => {
    const attempt = fixture.campaign(2);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    expect(fixture.leads).toBe(false);
    fixture.reply('requestVoteReply', 'n3', 3, attempt);
    expect(fixture.leads).toBe(true);
    expect(fixture.context.takeOne('leaderKnown')).toEqual({ kind: 'leaderKnown', term: 3, leader: 'n1' });
  });

  test('2. a doubled vote counts once', () => {
    const attempt = fixture.campaign(2);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    expect(fixture.leads).toBe(false);
  });

  test.each<[string, ReplyFields & { inTerm?: number }]>([
    ['of another term', { inTerm: 2 }],
    ['to an earlier incarnation', { incarnation: 0 }],
    ['of another disk under a voter’s name', { from: senderOf('n3', { storageId: 'wiped' }) }],
    ['that refuses', { granted: false }],
  ])('2. a vote does not count: %s', (_, other) => {
    const attempt = fixture.campaign(2);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    fixture.reply('requestVoteReply', 'n3', other.inTerm ?? 3, attempt, other);
    expect(fixture.leads).toBe(false);
  });

  test('2. a pre-vote is no vote', () => {
    const attempt = fixture.campaign(2);
    for (const node of ['n2', 'n3', 'n4', 'n5']) fixture.reply('requestPreVoteReply', node, 3, attempt);
    expect(fixture.leads).toBe(false);
  });

  test('3. an AppendEntries of a new leader makes it a follower', () => {
    fixture.campaign(2);
    fixture.receive({ kind: 'leaderHeard', term: term(3), leader: senderOf('n4').node, ...usualTimeouts });
    expect(fixture.describe()).toMatchObject({ role: 'follower', term: 3, leader: 'n4' });
  });

  test('4. when the timeout passes it begins anew, and votes for the old attempt count no more', () => {
    const attempt = fixture.campaign(2);
    fixture.reply('requestVoteReply', 'n2', 3, attempt);
    const next = fixture.preVote(3);
    expect(next).not.toBe(attempt);
    fixture.reply('requestVoteReply', 'n3', 3, attempt);
    expect(fixture.leads).toBe(false);
  });

  test('all servers, 2: a higher term makes it a follower', () => {
    fixture.campaign(2);
    fixture.receive({ kind: 'termChanged', term: term(5) });
    expect(fixture.describe()).toMatchObject({ role: 'follower', term: 5, leader: null });
  });
});

describe('leading', () => {
  test('has no election timer', () => {
    fixture.win(2);
    fixture.elapse(10_000);
    expect(fixture.context.take()).toEqual([]);
  });

  test.each<[string, ElectionMessage]>([
    ['a later leader is heard', { kind: 'leaderHeard', term: term(4), leader: senderOf('n2').node, ...usualTimeouts }],
    ['the term is raised', { kind: 'termChanged', term: term(4) }],
    ['its leader has lost office', { kind: 'leadershipLost', term: term(3), reason: 'no quorum' }],
    ['its leader has failed', { kind: 'leaderFailed' }],
  ])('ends when %s', (_, message) => {
    fixture.win(2);
    fixture.receive(message);
    expect(fixture.context.stopped).toEqual(['leader']);
    expect(fixture.describe()).toMatchObject({ role: 'follower' });
    fixture.elapse(fixture.timeoutMs);
    expect(fixture.context.takeAll('prepareCampaign')).toHaveLength(1);
  });

  test('does not end for what an earlier leader of this node has lost', () => {
    fixture.win(2);
    fixture.receive({ kind: 'leadershipLost', term: term(2), reason: 'no quorum' });
    fixture.receive({ kind: 'termChanged', term: term(3) });
    expect(fixture.describe()).toMatchObject({ role: 'leader', term: 3 });
  });

  test('is told to the gateway again when it asks', () => {
    fixture.win(2);
    fixture.receive({ kind: 'whoLeads' });
    expect(fixture.context.take()).toMatchObject([
      { to: 'n1.gateway', message: { kind: 'leaderKnown', term: 3, leader: 'n1' } },
    ]);
  });

  test('one voter alone needs no one else', () => {
    const attempt = fixture.timeOut();
    const configuration = votersOf('n1');
    fixture.receive({
      kind: 'campaignPrepared',
      mayCampaign: true,
      attempt,
      term: term(0),
      ...campaignLog,
      configuration,
    });
    expect(fixture.context.takeAll('campaign')).toHaveLength(1);
    fixture.receive({ kind: 'campaigned', attempt, term: term(1), ...campaignLog, configuration });
    expect(fixture.leads).toBe(true);
  });
});

describe('a voter that is asked to lead', () => {
  const timeoutNow = (from: string, inTerm = 3): void =>
    fixture.receive({ kind: 'timeoutNow', term: term(inTerm) }, senderOf(from));

  beforeEach(() => {
    fixture.receive({ kind: 'leaderHeard', term: term(3), leader: senderOf('n2').node, ...usualTimeouts });
    fixture.context.take();
  });

  test('campaigns at once, without pre-votes', () => {
    timeoutNow('n2');
    const { attempt } = fixture.context.takeOne('campaign');
    fixture.campaigned(Number(attempt), 4);
    const requests = fixture.context.takeAll('requestVote');
    expect(requests).toHaveLength(4);
    expect(requests[0]).toMatchObject({ term: 4, isTransfer: true });
  });

  test('campaigns once, however often it is asked before its vote is on disk', () => {
    timeoutNow('n2');
    const { attempt } = fixture.context.takeOne('campaign');
    timeoutNow('n2');
    // The same step once more: the first may have been lost, and the second of two is refused.
    expect(fixture.context.takeOne('campaign')).toMatchObject({ attempt, fromTerm: 3 });
    fixture.campaigned(Number(attempt), 4);
    fixture.receive({ kind: 'campaignRefused', attempt: Number(attempt), term: term(4) });
    for (const node of ['n3', 'n4']) fixture.reply('requestVoteReply', node, 4, Number(attempt));
    expect(fixture.leads).toBe(true);
  });

  test.each<[string, string, number]>([
    ['a node that does not lead', 'n3', 3],
    ['a leader of a term that has passed', 'n2', 2],
  ])('heeds only its leader, not %s', (_, from, inTerm) => {
    timeoutNow(from, inTerm);
    expect(fixture.context.takeAll('campaign')).toEqual([]);
  });
});
