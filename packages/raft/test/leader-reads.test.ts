import { beforeEach, describe, expect, test } from 'vitest';
import { leaderToken, logIndex, defaultRaftSettings as settings } from '../src/index.ts';
import { ReadRounds } from '../src/leader/read-rounds.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';
import { LeaderFixture, noopIndex, officeTerm, token } from './support/leader-fixture.ts';

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
});

describe('ReadIndex', () => {
  test('waits for the no-op: until it is committed a leader may not know what its predecessors acknowledged', () => {
    fixture.grant();
    fixture.appended(noopIndex);
    fixture.readIndex(1);
    fixture.roundConfirmed(0);
    fixture.matched('n2', 0);
    expect(fixture.takeAll('readIndexReply')).toEqual([]);
    fixture.durable(noopIndex);
    fixture.matched('n2', noopIndex);
    const round = fixture.takeRound();
    fixture.roundConfirmed(round);
    fixture.matched('n2', noopIndex, round);
    expect(fixture.takeOne('readIndexReply')).toMatchObject({ readIndex: noopIndex });
  });

  test('is answered with commitIndex when a majority has confirmed a round that began after the question', () => {
    fixture.lead();
    fixture.readIndex(8, senderOf('n3', { incarnation: 5 }));
    const round = fixture.takeRound();
    fixture.roundConfirmed(round);
    expect(fixture.take()).toEqual([]);
    fixture.matched('n2', noopIndex, round);
    expect(fixture.take()).toMatchObject([
      {
        to: 'n3.gateway',
        message: { kind: 'readIndexReply', term: officeTerm, incarnation: 5, sequence: 8, readIndex: noopIndex },
      },
    ]);
  });

  test('asks the own log store as any voter: two peers can confirm without it', () => {
    fixture.lead();
    fixture.readIndex(1);
    expect(
      fixture.context.sent.filter(({ to, message }) => to === 'n1.logStore' && message.kind === 'confirmRound'),
    ).toHaveLength(1);
    const round = fixture.takeRound();
    fixture.matched('n2', 0, round);
    expect(fixture.takeAll('readIndexReply')).toEqual([]);
    fixture.matched('n3', 0, round);
    expect(fixture.takeAll('readIndexReply')).toHaveLength(1);
  });

  test('the answer has the commitIndex of when the round began, not one that came during it', () => {
    fixture.lead();
    fixture.readIndex(1);
    const round = fixture.takeRound();
    fixture.propose(1, 'a');
    fixture.appended(noopIndex + 1);
    fixture.durable(noopIndex + 1);
    fixture.matched('n2', noopIndex + 1);
    fixture.take();
    fixture.roundConfirmed(round);
    fixture.matched('n2', noopIndex + 1, round);
    expect(fixture.takeOne('readIndexReply')).toMatchObject({ readIndex: noopIndex });
  });

  test.each<[string, (round: number) => void]>([
    ['of an earlier round', (round) => fixture.matched('n2', noopIndex, round - 1)],
    ['of this node itself, doubled', (round) => fixture.roundConfirmed(round)],
    ['with the token of another office', (round) => fixture.matched('n2', noopIndex, round, leaderToken(2))],
    ['of the own log store with another token', (round) => fixture.roundConfirmed(round, leaderToken(2))],
  ])('is released by no answer %s', (_, answer) => {
    fixture.lead();
    fixture.readIndex(1);
    const first = fixture.takeRound();
    fixture.roundConfirmed(first);
    fixture.matched('n2', noopIndex, first);
    fixture.readIndex(2);
    const second = fixture.takeRound();
    expect(second).toBeGreaterThan(first);
    fixture.roundConfirmed(second);
    answer(second);
    answer(second);
    expect(fixture.takeAll('readIndexReply')).toEqual([]);
  });

  test('reads that come during a round share the next: a round that began before them proves nothing for them', () => {
    fixture.lead();
    fixture.readIndex(1);
    const first = fixture.takeRound();
    fixture.readIndex(2);
    fixture.readIndex(3);
    expect(fixture.takeAll('advance')).toEqual([]);
    fixture.roundConfirmed(first);
    fixture.matched('n2', noopIndex, first);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent.filter(({ kind }) => kind === 'readIndexReply')).toMatchObject([{ sequence: 1 }]);
    const second = Math.max(...sent.filter(({ kind }) => kind === 'advance').map(({ round }) => Number(round)));
    expect(second).toBeGreaterThan(first);
    fixture.roundConfirmed(second);
    fixture.matched('n3', 0, second);
    expect(fixture.takeAll('readIndexReply')).toMatchObject([{ sequence: 2 }, { sequence: 3 }]);
  });

  test('a round whose question was lost is asked again on the tick', () => {
    fixture.lead();
    fixture.readIndex(1);
    const round = fixture.takeRound();
    fixture.elapse(settings.heartbeatIntervalMs);
    const sent = fixture.take().map(({ message }) => message);
    expect(sent).toContainEqual(expect.objectContaining({ kind: 'confirmRound', token, round }));
    expect(sent).toContainEqual(expect.objectContaining({ kind: 'advance', round }));
  });

  test('asked of another term it is answered with nothing', () => {
    fixture.lead();
    fixture.readIndex(1, senderOf('n2'), { inTerm: 2 });
    expect(fixture.takeOne('readIndexReply')).toMatchObject({ sequence: 1, readIndex: null });
  });

  test('one voter alone asks its own log store', () => {
    fixture.grant(votersOf('n1'));
    fixture.appended(noopIndex);
    fixture.durable(noopIndex);
    fixture.take();
    fixture.readIndex(1);
    const { round } = fixture.takeOne('confirmRound');
    fixture.roundConfirmed(Number(round));
    expect(fixture.takeOne('readIndexReply')).toMatchObject({ readIndex: noopIndex });
  });
});

describe('rounds', () => {
  const request = { from: senderOf('n2'), sequence: 1 };

  test('no office has a number of an earlier one: what that left on its way confirms nothing', () => {
    const earlier = new ReadRounds();
    earlier.startFor(leaderToken(1));
    for (let count = 0; count < 1000; count += 1) {
      earlier.add(request);
      earlier.begin(logIndex(1));
      earlier.finish();
    }
    const later = new ReadRounds();
    later.startFor(leaderToken(2));
    later.add(request);
    later.begin(logIndex(1));
    expect(later.round).toBeGreaterThan(earlier.round);
  });

  test('none is begun for nobody, and one at a time', () => {
    const rounds = new ReadRounds();
    expect(rounds.begin(logIndex(1))).toBe(false);
    rounds.add(request);
    expect(rounds.begin(logIndex(1))).toBe(true);
    rounds.add(request);
    expect(rounds.begin(logIndex(2))).toBe(false);
    expect(rounds.finish()).toEqual({ readIndex: 1, requests: [request] });
    expect(rounds.begin(logIndex(2))).toBe(true);
  });
});
