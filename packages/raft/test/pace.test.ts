import { beforeEach, describe, expect, test } from 'vitest';
import { type Measured, defaultRaftSettings as settings } from '../src/index.ts';
import { Pace } from '../src/leader/pace.ts';
import { usualTimeouts } from './support/timeouts.ts';

const good: Measured = { roundTripMs: 0.5, flushMs: 2, loss: 0 };

let pace: Pace;

beforeEach(() => {
  pace = new Pace(settings, usualTimeouts);
});

const range = (): readonly [number, number] => [pace.electionTimeoutMinMs, pace.electionTimeoutMaxMs];

describe('on a good network', () => {
  test('all is as the settings have it', () => {
    pace.adapt(good);
    expect(range()).toEqual([150, 300]);
    expect(pace.heartbeatIntervalMs).toBe(settings.heartbeatIntervalMs);
    expect(pace.heartbeatsToDoubt).toBe(1);
  });

  test('settings with more heartbeats in a timeout keep their number', () => {
    const many = { ...settings, electionTimeoutMinMs: 800, electionTimeoutMaxMs: 1600, heartbeatIntervalMs: 40 };
    pace = new Pace(many, many);
    pace.adapt(good);
    expect(pace.heartbeatIntervalMs).toBe(40);
    pace.adapt({ ...good, loss: 0.9 });
    expect(pace.heartbeatIntervalMs).toBe(40);
  });

  test('settings with fewer than three do not', () => {
    pace = new Pace({ ...settings, heartbeatIntervalMs: 75 }, usualTimeouts);
    expect(pace.heartbeatIntervalMs).toBe(50);
  });
});

describe('on a slow network', () => {
  test('timeouts are longer, and heartbeats fewer', () => {
    pace.adapt({ ...good, roundTripMs: 60 });
    expect(range()).toEqual([600, 1200]);
    expect(pace.heartbeatIntervalMs).toBe(200);
  });

  test('heartbeats never come so seldom that nobody knows any more how it is', () => {
    pace.adapt({ ...good, roundTripMs: 300 });
    expect(range()).toEqual([3000, 6000]);
    expect(pace.heartbeatIntervalMs).toBe(250);
  });

  test('it goes back with the network', () => {
    pace.adapt({ ...good, roundTripMs: 60 });
    pace.adapt(good);
    expect(range()).toEqual([150, 300]);
  });
});

describe('on a network that loses', () => {
  test.each([0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.6])(
    'with a loss of %d not all heartbeats within a timeout are lost but once in a thousand times',
    (loss) => {
      pace.adapt({ ...good, loss });
      const within = Math.ceil(pace.electionTimeoutMinMs / pace.heartbeatIntervalMs) - 1;
      expect(loss ** within).toBeLessThan(1.001 / 1000);
      expect(loss ** pace.heartbeatsToDoubt).toBeLessThan(1.001 / 1000);
    },
  );

  test('it does not flood', () => {
    pace.adapt({ ...good, loss: 0.99 });
    expect(pace.heartbeatIntervalMs).toBe(10);
    pace.adapt({ ...good, loss: 1 });
    expect(pace.heartbeatIntervalMs).toBe(10);
  });
});

describe('before all is measured', () => {
  const won = { electionTimeoutMinMs: 900, electionTimeoutMaxMs: 1800 };

  test.each([
    ['neither', { roundTripMs: null, flushMs: null, loss: 0 }],
    ['no flush', { roundTripMs: 1, flushMs: null, loss: 0 }],
    ['no round trip', { roundTripMs: null, flushMs: 1, loss: 0 }],
  ])('the timeouts that won the election are kept: %s', (_, measured) => {
    pace = new Pace(settings, won);
    pace.adapt(measured);
    expect(range()).toEqual([900, 1800]);
    pace.adapt(good);
    expect(range()).toEqual([150, 300]);
  });

  test('and made longer by what is known', () => {
    pace = new Pace(settings, won);
    pace.adapt({ roundTripMs: 120, flushMs: null, loss: 0 });
    expect(range()).toEqual([1200, 2400]);
  });
});
