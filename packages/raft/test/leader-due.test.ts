import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings, type LogEntry, logIndex } from '../src/index.ts';
import { timeOf } from './support/entries.ts';
import { LeaderFixture, noopIndex, officeTerm, startIndex } from './support/leader-fixture.ts';

/** The log time of the entry before the office: the leader's goes on from there. */
const startMs = timeOf(startIndex).logTimeMs;
const dueMs = startMs + 20;

let fixture: LeaderFixture;

beforeEach(() => {
  fixture = new LeaderFixture();
  fixture.lead();
});

const due = (logTimeMs = dueMs, lastApplied = 0): void =>
  fixture.receive({ kind: 'due', logTimeMs, lastApplied: logIndex(lastApplied) });

const appended = (): readonly LogEntry[] =>
  fixture.takeAll('append').flatMap((append) => append.entries as readonly LogEntry[]);

describe('a state machine that wants to be told the time', () => {
  test('is told it by a no-op, as soon as it has come to that, and not before', () => {
    fixture.elapse(19);
    due();
    expect(appended()).toEqual([]);
    fixture.elapse(1);
    due();
    expect(appended()).toMatchObject([
      { term: officeTerm, index: noopIndex + 1, kind: 'noop', command: new Uint8Array(), logTimeMs: dueMs },
    ]);
  });

  test('is told it once, until the no-op is applied; and again if it still wants it then', () => {
    fixture.elapse(20);
    due();
    fixture.take();
    due();
    fixture.appended(noopIndex + 1);
    due();
    expect(appended()).toEqual([]);
    fixture.applied(noopIndex + 1);
    due();
    expect(appended()).toMatchObject([{ index: noopIndex + 2, kind: 'noop' }]);
  });

  test('is told it again if the no-op is applied, though the leader has not heard of that', () => {
    fixture.elapse(20);
    due();
    fixture.take();
    fixture.appended(noopIndex + 1);
    due(dueMs, noopIndex);
    expect(appended()).toEqual([]);
    due(dueMs, noopIndex + 1);
    expect(appended()).toMatchObject([{ index: noopIndex + 2, kind: 'noop' }]);
  });

  test('is told of no time in which nobody could reach the leader', () => {
    const electionMs = defaultRaftSettings.electionTimeoutMaxMs;
    fixture.receive({ kind: 'busLost' });
    fixture.elapse(2 * electionMs);
    due();
    expect(appended()).toEqual([]);
    fixture.elapse(60_000);
    fixture.receive({ kind: 'busConnected' });
    const round = fixture.takeRound();
    for (const peer of ['n2', 'n3']) fixture.matched(peer, noopIndex, round);
    fixture.elapse(3 * defaultRaftSettings.heartbeatIntervalMs);
    fixture.take();
    due(startMs + 10_000);
    expect(appended()).toEqual([]);
    due();
    expect(appended()).toMatchObject([{ kind: 'noop', index: noopIndex + 1 }]);
  });

  test('is told it together with what is proposed meanwhile', () => {
    fixture.elapse(20);
    fixture.propose(1, 'a');
    fixture.take();
    fixture.propose(2, 'b');
    due();
    fixture.appended(noopIndex + 1);
    expect(appended()).toMatchObject([
      { index: noopIndex + 2, kind: 'command' },
      { index: noopIndex + 3, kind: 'noop', logTimeMs: dueMs },
    ]);
  });

  test('is not told it by a leader that has no token, or hands over', () => {
    const other = new LeaderFixture();
    other.elapse(20);
    other.receive({ kind: 'due', logTimeMs: 0, lastApplied: logIndex(0) });
    expect(other.takeAll('append')).toEqual([]);
    fixture.elapse(20);
    fixture.transfer(1, 'n2');
    due();
    expect(appended()).toEqual([]);
  });
});
