import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { CheckQuorum, type QuorumStanding } from '../src/leader/check-quorum.ts';
import { VoterProgress } from '../src/leader/voter-progress.ts';
import { votersOf } from './support/entries.ts';
import { senderOf } from './support/fake-context.ts';

const { electionTimeoutMaxMs } = settings;

let nowMs: number;
let voters: VoterProgress;
let check: CheckQuorum;

beforeEach(() => {
  nowMs = 1000;
  voters = new VoterProgress(votersOf('n1', 'n2', 'n3'), nowMs);
  check = new CheckQuorum();
});

/** Time passes, the leader's own log store answers, and so do these. How it stands then. */
function after(forMs: number, ...answering: readonly string[]): QuorumStanding {
  nowMs += forMs;
  for (const node of ['n1', ...answering]) voters.heard(senderOf(node).node, 0, nowMs);
  return check.standing({ voters, nowMs, electionTimeoutMaxMs });
}

describe('on the bus', () => {
  test('a leader that hears a quorum within an election timeout leads', () => {
    for (let round = 0; round < 10; round += 1) expect(after(electionTimeoutMaxMs, 'n2')).toBe('leads');
    expect(after(electionTimeoutMaxMs)).toBe('leads');
  });

  test('a leader that hears none for longer has lost its office', () => {
    expect(after(electionTimeoutMaxMs)).toBe('leads');
    expect(after(1)).toBe('lost');
  });
});

describe('without a connection to the bus', () => {
  beforeEach(() => {
    after(0, 'n2', 'n3');
    check.busLost(nowMs);
  });

  test('a leader stands aside after an election timeout, and for however long it lasts', () => {
    expect(after(electionTimeoutMaxMs)).toBe('leads');
    for (let round = 0; round < 100; round += 1) expect(after(100)).toBe('aside');
  });

  test('it leads on when it is back and a quorum answers', () => {
    after(60_000);
    check.busConnected(nowMs);
    expect(after(electionTimeoutMaxMs - 1)).toBe('aside');
    expect(after(0, 'n3')).toBe('leads');
  });

  test('what was heard before proves nothing', () => {
    after(electionTimeoutMaxMs - 1, 'n2');
    expect(after(1)).toBe('leads');
    expect(after(1, 'n2')).toBe('leads');
    after(electionTimeoutMaxMs + 1);
    check.busConnected(nowMs);
    expect(after(1)).toBe('aside');
  });

  test('it has lost its office if none answers for an election timeout after it is back', () => {
    after(60_000);
    check.busConnected(nowMs);
    expect(after(electionTimeoutMaxMs)).toBe('lost');
  });

  test('a short break is none', () => {
    expect(after(electionTimeoutMaxMs - 1)).toBe('leads');
    check.busConnected(nowMs);
    expect(after(100)).toBe('leads');
    expect(after(100, 'n2')).toBe('leads');
  });

  test('a leader that needs nobody else goes on', () => {
    voters = new VoterProgress(votersOf('n1'), nowMs);
    expect(after(60_000)).toBe('leads');
  });
});
