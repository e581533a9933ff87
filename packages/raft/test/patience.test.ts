import { beforeEach, describe, expect, test } from 'vitest';
import { Patience } from '../src/election/patience.ts';
import { usualTimeouts } from './support/timeouts.ts';

let nowMs: number;
let patience: Patience;

beforeEach(() => {
  nowMs = 0;
  patience = new Patience(usualTimeouts);
});

const range = (): readonly [number, number] => {
  const { electionTimeoutMinMs, electionTimeoutMaxMs } = patience.timeouts;
  return [electionTimeoutMinMs, electionTimeoutMaxMs];
};

/** An attempt whose pre-votes are answered after so long. */
function attempt(number: number, answeredAfterMs: number): void {
  patience.asked('requestPreVote', number, nowMs);
  nowMs += answeredAfterMs;
  patience.answered('requestPreVote', number, nowMs);
}

describe('without a leader', () => {
  test('timeouts are those of the settings while answers come in time', () => {
    for (let number = 1; number <= 5; number += 1) attempt(number, 2);
    expect(range()).toEqual([150, 300]);
  });

  test('timeouts grow until answers come within them: by no more than twice at a time', () => {
    attempt(1, 400);
    expect(range()).toEqual([300, 600]);
    attempt(2, 400);
    expect(range()).toEqual([600, 1200]);
    attempt(3, 400);
    expect(range()).toEqual([1200, 2400]);
    attempt(4, 400);
    expect(range()).toEqual([1200, 2400]);
  });

  test('an answer to an attempt that was given up counts as well', () => {
    patience.asked('requestPreVote', 1, 0);
    patience.asked('requestPreVote', 2, 200);
    patience.answered('requestPreVote', 1, 240);
    expect(range()).toEqual([300, 600]);
  });

  test('the own vote and the votes of others are waited for as long', () => {
    patience.asked('campaign', 1, 0);
    patience.answered('campaign', 1, 80);
    expect(range()).toEqual([240, 480]);
    patience.asked('requestVote', 1, 80);
    patience.answered('requestVote', 1, 180);
    expect(range()).toEqual([300, 600]);
  });

  test('a quick answer to one question says nothing of another', () => {
    attempt(1, 100);
    patience.asked('campaign', 1, nowMs);
    patience.answered('campaign', 1, nowMs + 1);
    expect(range()).toEqual([300, 600]);
  });

  test('an answer that was held up is forgotten with the next', () => {
    attempt(1, 5000);
    attempt(2, 1);
    expect(range()).toEqual([150, 300]);
  });

  test('an answer to what was not asked says nothing', () => {
    patience.answered('requestPreVote', 7, 5000);
    attempt(8, 1);
    patience.answered('campaign', 8, 5000);
    expect(range()).toEqual([150, 300]);
  });

  test('nothing is remembered for ever', () => {
    for (let number = 1; number <= 1000; number += 1) patience.asked('requestPreVote', number, 0);
    patience.answered('requestPreVote', 1, 5000);
    expect(range()).toEqual([150, 300]);
  });
});

describe('with a leader', () => {
  const slow = { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 };

  test('its timeouts count, and the last leader’s when it is gone', () => {
    patience.follow(slow);
    expect(range()).toEqual([900, 1800]);
    attempt(1, 2);
    expect(range()).toEqual([900, 1800]);
    patience.follow(usualTimeouts);
    expect(range()).toEqual([150, 300]);
  });

  test('what a candidate found out for itself is over', () => {
    attempt(1, 100);
    expect(range()).toEqual([300, 600]);
    patience.follow(usualTimeouts);
    expect(range()).toEqual([150, 300]);
  });
});
