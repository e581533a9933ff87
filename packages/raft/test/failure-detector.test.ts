import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { FailureDetector } from '../src/leader/failure-detector.ts';

const { heartbeatIntervalMs, probeTimeoutMs } = settings;
const startMs = 10_000;

let nowMs: number;
let detector: FailureDetector;

beforeEach(() => {
  nowMs = startMs;
  detector = new FailureDetector(settings, nowMs);
});

/** Lets heartbeat intervals pass in which the peer says nothing. The stage after each. */
function silence(intervals: number): readonly string[] {
  return Array.from({ length: intervals }, () => {
    nowMs += heartbeatIntervalMs;
    return detector.tick(nowMs);
  });
}

/** Intervals of silence until the peer is probed: the first of them it may have answered to before. */
const untilProbed = 4;
const untilOffline = untilProbed + probeTimeoutMs / heartbeatIntervalMs;

describe('a peer', () => {
  test('is suspect after two heartbeats of silence, and probed after three that it did not answer', () => {
    expect(silence(untilProbed)).toEqual(['alive', 'suspect', 'suspect', 'probe']);
  });

  test('is offline when it has not answered a probe for a second, and not earlier', () => {
    silence(untilProbed);
    expect(new Set(silence(probeTimeoutMs / heartbeatIntervalMs - 1))).toEqual(new Set(['probe']));
    expect(silence(3)).toEqual(['offline', 'offline', 'offline']);
  });

  test.each([2, untilProbed, untilOffline, untilOffline + 1000])(
    'is alive at once when it is heard after %i heartbeats of silence',
    (intervals) => {
      silence(intervals);
      detector.heard(nowMs);
      expect(detector.stage).toBe('alive');
      expect(detector.offlineForMs(nowMs)).toBe(0);
      expect(silence(untilProbed)).toEqual(['alive', 'suspect', 'suspect', 'probe']);
    },
  );

  test('that answers in every interval is alive, whenever in it that is', () => {
    for (const offsetMs of [1, 25, 49]) {
      for (let beat = 0; beat < 20; beat += 1) {
        detector.heard(nowMs + offsetMs);
        expect(silence(1)).toEqual(['alive']);
      }
    }
  });

  test('that answers every fourth heartbeat is not probed', () => {
    for (let beat = 0; beat < 20; beat += 1) {
      detector.heard(nowMs);
      expect(silence(3)).not.toContain('probe');
    }
  });

  test('is not probed, let alone offline, because its observer stood still: that sent one heartbeat, and not forty', () => {
    nowMs += 2000;
    expect(detector.tick(nowMs)).toBe('suspect');
    detector.heard(nowMs);
    expect(detector.stage).toBe('alive');
  });
});

test('it tells for how long a peer was silent, and since when it is offline', () => {
  silence(untilOffline);
  expect(detector.silentForMs(nowMs)).toBe(untilOffline * heartbeatIntervalMs);
  expect(detector.offlineForMs(nowMs)).toBe(0);
  silence(10);
  expect(detector.offlineForMs(nowMs)).toBe(10 * heartbeatIntervalMs);
  expect(detector.silentForMs(nowMs)).toBe((untilOffline + 10) * heartbeatIntervalMs);
});

test('all of it is by the settings', () => {
  const patient = { heartbeatIntervalMs: 10, suspectAfterHeartbeats: 5, probeAfterHeartbeats: 8, probeTimeoutMs: 20 };
  detector = new FailureDetector(patient, nowMs);
  const stages = Array.from({ length: 12 }, () => {
    nowMs += 10;
    return detector.tick(nowMs);
  });
  expect(stages.indexOf('suspect')).toBe(4);
  expect(stages.indexOf('probe')).toBe(8);
  expect(stages.indexOf('offline')).toBe(10);
});
