import { beforeEach, describe, expect, test } from 'vitest';
import { logIndex, term } from '../src/index.ts';
import { bytes, votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm } from './support/leader-fixture.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.lead();
});

const first = noopIndex + 1;

function transfer(target: string | null, sequence = 1): void {
  const node = target === null ? null : senderOf(target).node;
  fixture.receive({ kind: 'transferLeadership', term: officeTerm, sequence, target: node }, senderOf('n3'));
}

function applied(index: number): void {
  fixture.receive({
    kind: 'applied',
    results: [{ index: logIndex(index), term: term(officeTerm), result: bytes('result') }],
  });
}

/** Who was told to campaign since this was last asked, among all that was sent. */
const told = (sent = fixture.take()): readonly string[] =>
  sent.filter(({ message }) => message.kind === 'timeoutNow').map(({ to }) => to);

/** What the gateways were told of their proposals. */
const outcomes = (): readonly unknown[] => fixture.takeAll('proposeReply').map(({ outcome }) => outcome);

describe('a transfer', () => {
  test('tells a voter that has the whole log at once to campaign', () => {
    transfer('n2');
    expect(told()).toEqual(['n2.election']);
  });

  test('waits until the voter has the whole log', () => {
    transfer('n3');
    expect(told()).toEqual([]);
    fixture.matched('n3', noopIndex);
    expect(told()).toEqual(['n3.election']);
  });

  test('waits until all that was taken is answered: else nobody could say what became of it', () => {
    fixture.propose(1, 'a');
    fixture.propose(2, 'b');
    transfer('n2');
    fixture.appended(first);
    fixture.appended(first + 1);
    fixture.durable(first + 1);
    fixture.matched('n2', first + 1);
    applied(first);
    expect(told()).toEqual([]);
    applied(first + 1);
    const sent = fixture.take();
    expect(sent.map(({ message }) => message.kind)).toEqual(['proposeReply', 'timeoutNow']);
  });

  test('takes nothing new: that is refused, and may be proposed to the next leader', () => {
    transfer('n2');
    fixture.take();
    fixture.propose(1, 'a');
    const sent = fixture.take().map(({ message }) => message);
    expect(sent).toMatchObject([{ kind: 'proposeReply', sequence: 1, outcome: { kind: 'refused' } }]);
    const change = { add: [], promote: [], remove: [senderOf('n3').node], force: true };
    fixture.receive({ kind: 'proposeChange', term: officeTerm, sequence: 2, floor: 0, change }, senderOf('n3'));
    expect(outcomes()).toMatchObject([{ kind: 'refused' }]);
  });

  test('tells the voter again, for an election timeout; then it is given up, and what comes is taken again', () => {
    transfer('n2');
    fixture.take();
    for (let waited = 0; waited < 250; waited += 50) {
      for (const peer of ['n2', 'n3']) fixture.matched(peer, noopIndex);
      fixture.elapse(50);
      expect(told()).toEqual(['n2.election']);
    }
    for (const peer of ['n2', 'n3']) fixture.matched(peer, noopIndex);
    fixture.elapse(100);
    expect(fixture.takeOne('transferReply')).toMatchObject({ sequence: 1, code: 'TransferTimedOut' });
    fixture.propose(1, 'a');
    expect(fixture.takeAll('append')).toHaveLength(1);
  });

  test('to nobody by name goes to the voter that has most, and is not refused when it is asked for again and another has as much', () => {
    transfer(null, 1);
    expect(told()).toEqual(['n2.election']);
    fixture.propose(1, 'a');
    fixture.matched('n3', noopIndex + 10);
    fixture.take();
    transfer(null, 2);
    expect(fixture.takeAll('transferReply')).toEqual([]);
  });

  test.each([
    ['n9', 'NoSuchMember'],
    ['n4', 'NotAVoter'],
  ])('to %s is refused: %s', (target, code) => {
    fixture = new LeaderFixture();
    const learner = { id: senderOf('n4').node, storageId: 's4', isPromotedWhenCaughtUp: false, replaces: null };
    fixture.grant({ ...votersOf('n1', 'n2', 'n3'), learners: [learner] });
    fixture.appended(noopIndex);
    fixture.take();
    transfer(target);
    expect(fixture.takeOne('transferReply')).toMatchObject({ code });
  });

  test('to another voter is refused while one is under way', () => {
    transfer('n2');
    transfer('n3', 2);
    expect(fixture.takeOne('transferReply')).toMatchObject({ sequence: 2, code: 'TransferInProgress' });
  });

  test('is refused where no other voter answers', () => {
    fixture = new LeaderFixture();
    fixture.grant(votersOf('n1'));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.take();
    transfer(null);
    expect(fixture.takeOne('transferReply')).toMatchObject({ code: 'NoQuorum' });
  });
});
