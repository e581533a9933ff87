import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm } from './support/leader-fixture.ts';
import { changeOf, learner, members } from './support/members.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.lead();
});

const first = noopIndex + 1;

/** Who is asked to campaign. */
const told = (): string[] =>
  fixture
    .take()
    .filter(({ message }) => message.kind === 'timeoutNow')
    .map(({ to }) => to);

/** What the askers of transfers are told. */
const refusals = (): unknown[] => fixture.takeAll('transferReply');

/** The time that a transfer has passes, and the peers answer meanwhile. */
function passDeadline(): void {
  for (let passedMs = 0; passedMs < settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
    fixture.roundConfirmed(0);
    fixture.matched('n3', noopIndex);
    fixture.elapse(settings.heartbeatIntervalMs);
  }
}

/** One command is in the log, and answered by nobody yet. */
function proposeOne(): void {
  fixture.propose(1, 'a');
  fixture.appended(first);
  fixture.durable(first);
  fixture.take();
}

describe('a transfer (dissertation §3.10)', () => {
  test('asks the voter to campaign in the leader’s very term, and answers nothing: that it leads is seen', () => {
    fixture.transfer(1, 'n3');
    const sent = fixture.take().filter(({ message }) => message.kind !== 'advance');
    expect(sent).toEqual([{ to: 'n3.election', message: { kind: 'timeoutNow', term: officeTerm } }]);
  });

  test('asks at once whoever has everything already', () => {
    fixture.transfer(1, 'n2');
    expect(told()).toEqual(['n2.election']);
  });

  test('asks nobody who has not the whole log, also not what is just being appended', () => {
    fixture.propose(1, 'a');
    fixture.take();
    fixture.transfer(2, 'n2');
    expect(told()).toEqual([]);
    fixture.appended(first);
    fixture.durable(first);
    expect(told()).toEqual([]);
  });

  test('asks nobody who lags, though all is committed by others', () => {
    proposeOne();
    fixture.matched('n3', first);
    fixture.applied(first);
    fixture.transfer(2, 'n2');
    expect(told()).toEqual([]);
    fixture.matched('n2', first);
    expect(told()).toEqual(['n2.election']);
  });

  test('asks nobody before what was proposed is answered: else nobody could say what became of it', () => {
    proposeOne();
    fixture.transfer(2, 'n2');
    fixture.matched('n2', first);
    expect(told()).toEqual([]);
    fixture.applied(first);
    expect(fixture.take().map(({ message }) => message.kind)).toEqual(['proposeReply', 'timeoutNow']);
  });

  test('asks again at each tick, since the message may be lost, and once in between', () => {
    fixture.transfer(1, 'n2');
    expect(told()).toEqual(['n2.election']);
    fixture.matched('n2', noopIndex);
    fixture.matched('n3', noopIndex);
    expect(told()).toEqual([]);
    fixture.elapse(settings.heartbeatIntervalMs);
    expect(told()).toEqual(['n2.election']);
  });

  test('to anyone goes to whoever was heard of and is farthest', () => {
    fixture.lead();
    proposeOne();
    fixture.matched('n3', first);
    fixture.applied(first);
    fixture.take();
    fixture.transfer(2, null);
    expect(told()).toEqual(['n3.election']);
  });

  test('to anyone never goes to a voter that has said nothing', () => {
    fixture = new LeaderFixture();
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n3', noopIndex);
    fixture.take();
    fixture.transfer(1, null);
    expect(told()).toEqual(['n3.election']);
  });

  test('to anyone goes to whoever answers, though one that is silent was farther', () => {
    fixture = new LeaderFixture();
    fixture.grant(members({ voters: ['n1', 'n2', 'n3', 'n4'] }));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    for (let passedMs = 0; passedMs <= settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
      fixture.roundConfirmed(0);
      for (const peer of ['n3', 'n4']) fixture.matched(peer, noopIndex - 1);
      fixture.elapse(settings.heartbeatIntervalMs);
    }
    fixture.take();
    fixture.transfer(1, null);
    fixture.matched('n3', noopIndex);
    expect(told()).toEqual(['n3.election']);
  });

  test('to anyone stays with its choice when it is asked for again', () => {
    proposeOne();
    fixture.matched('n3', first);
    fixture.transfer(2, null);
    fixture.matched('n2', first);
    fixture.transfer(2, null);
    expect(refusals()).toEqual([]);
    fixture.applied(first);
    expect(told()).toEqual(['n3.election']);
  });

  test('to itself is done', () => {
    fixture.transfer(1, 'n1');
    expect(fixture.take()).toEqual([]);
    fixture.propose(2, 'a');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('of another term is not taken', () => {
    fixture.transfer(1, 'n2', senderOf('n2'), officeTerm - 1);
    expect(fixture.take()).toEqual([]);
  });
});

describe('a transfer is refused', () => {
  test.each([
    ['to a stranger', 'n9', 'NoSuchMember'],
    ['to a learner', 'n4', 'NotAVoter'],
  ])('%s', (_, target, code) => {
    fixture = new LeaderFixture();
    fixture.lead(members({ voters: ['n1', 'n2', 'n3'], learners: ['n4'] }));
    fixture.transfer(7, target, senderOf('n3', { incarnation: 5 }));
    expect(fixture.take()).toMatchObject([
      { to: 'n3.gateway', message: { kind: 'transferReply', term: officeTerm, incarnation: 5, sequence: 7, code } },
    ]);
    fixture.propose(8, 'a');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('to a voter that lags so far that proposals would have to wait long', () => {
    fixture = new LeaderFixture({ settings: { maxPromotionLagEntries: 2 } });
    fixture.lead();
    fixture.transfer(1, 'n3');
    expect(refusals()).toEqual([]);
    fixture = new LeaderFixture({ settings: { maxPromotionLagEntries: 2 } });
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.matched('n3', noopIndex - 3);
    fixture.take();
    fixture.transfer(1, 'n3');
    expect(refusals()).toMatchObject([{ code: 'NotCaughtUp' }]);
  });

  test('to a voter that has said nothing, or nothing of late: writes would wait for it in vain', () => {
    fixture = new LeaderFixture();
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.matched('n3', noopIndex);
    fixture.take();
    fixture.transfer(1, 'n2');
    expect(refusals()).toMatchObject([{ sequence: 1, code: 'MemberSilent' }]);
    fixture.matched('n2', noopIndex);
    for (let passedMs = 0; passedMs <= settings.electionTimeoutMaxMs; passedMs += settings.heartbeatIntervalMs) {
      fixture.roundConfirmed(0);
      fixture.matched('n3', noopIndex);
      fixture.elapse(settings.heartbeatIntervalMs);
    }
    fixture.take();
    fixture.transfer(2, 'n2');
    expect(refusals()).toMatchObject([{ sequence: 2, code: 'MemberSilent' }]);
    fixture.propose(3, 'a');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('where there is no other voter', () => {
    fixture = new LeaderFixture();
    fixture.lead(members({ voters: ['n1'], learners: ['n2'] }));
    fixture.transfer(1, null);
    expect(refusals()).toMatchObject([{ code: 'NoQuorum' }]);
  });

  test('while another one is under way, to someone else', () => {
    fixture.transfer(1, 'n3');
    fixture.transfer(2, 'n2');
    expect(refusals()).toMatchObject([{ sequence: 2, code: 'TransferInProgress' }]);
  });
});

describe('while leadership is handed over', () => {
  test('nothing new is proposed: it is refused, so that its gateway asks the successor', () => {
    fixture.transfer(1, 'n3');
    fixture.propose(2, 'a');
    expect(fixture.takeAll('proposeReply')).toMatchObject([{ sequence: 2, outcome: { kind: 'refused' } }]);
    expect(fixture.takeAll('append')).toEqual([]);
  });

  test('what waited for its place is refused too', () => {
    fixture.propose(1, 'a');
    fixture.propose(2, 'b');
    fixture.take();
    fixture.transfer(3, 'n3');
    expect(fixture.takeAll('proposeReply')).toMatchObject([{ sequence: 2, outcome: { kind: 'refused' } }]);
    fixture.appended(first);
    expect(fixture.takeAll('append')).toEqual([]);
  });

  test('no change of the members is begun', () => {
    fixture.transfer(1, 'n3');
    fixture.change(2, changeOf({ add: [learner('n4')] }));
    expect(fixture.takeAll('proposeReply')).toMatchObject([{ outcome: { kind: 'refused' } }]);
  });

  test('a change that is under way is not gone on with, before the transfer has failed', () => {
    fixture.change(1, changeOf({ remove: ['n2'] }));
    fixture.takeAppended();
    fixture.transfer(2, 'n3');
    fixture.matched('n2', first);
    fixture.matched('n3', first);
    expect(fixture.takeAppended()).toEqual([]);
    passDeadline();
    expect(fixture.takeAppended()).toMatchObject([{ configuration: { outgoingVoters: [] } }]);
  });

  test('reads go on', () => {
    fixture.transfer(1, 'n3');
    fixture.readIndex(2);
    const round = fixture.takeRound();
    fixture.roundConfirmed(round);
    fixture.matched('n2', noopIndex, round);
    expect(fixture.takeAll('readIndexReply')).toMatchObject([{ readIndex: noopIndex }]);
  });
});

describe('a transfer that takes longer than an election timeout', () => {
  /** n3 is asked to lead, and does not. */
  function failToTransfer(): void {
    proposeOne();
    fixture.applied(first);
    fixture.take();
    fixture.transfer(5, 'n3');
  }

  test('is given up, and whoever asked is told so', () => {
    failToTransfer();
    fixture.transfer(6, 'n3', senderOf('n3'));
    passDeadline();
    expect(fixture.take().filter(({ message }) => message.kind === 'transferReply')).toMatchObject([
      { to: 'n2.gateway', message: { sequence: 5, code: 'TransferTimedOut' } },
      { to: 'n3.gateway', message: { sequence: 6, code: 'TransferTimedOut' } },
    ]);
    fixture.matched('n3', first);
    expect(told()).toEqual([]);
  });

  test('lets proposals in again', () => {
    failToTransfer();
    passDeadline();
    fixture.take();
    fixture.propose(7, 'b');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('is not begun anew by whoever has not heard of its end: proposals would wait again, without end', () => {
    failToTransfer();
    passDeadline();
    fixture.take();
    fixture.transfer(5, 'n3');
    expect(refusals()).toMatchObject([{ sequence: 5, code: 'TransferTimedOut' }]);
    fixture.propose(7, 'b');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('may be asked for anew', () => {
    failToTransfer();
    passDeadline();
    fixture.take();
    fixture.matched('n3', first);
    fixture.transfer(8, 'n3');
    expect(told()).toEqual(['n3.election']);
  });
});
