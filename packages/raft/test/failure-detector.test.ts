import { beforeEach, describe, expect, test } from 'vitest';
import { defaultRaftSettings as settings } from '../src/index.ts';
import { type DetectorPace, type DetectorSettings, FailureDetector } from '../src/leader/failure-detector.ts';

const { heartbeatIntervalMs, probeTimeoutMs } = settings;
const startMs = 10_000;
/** Nothing is lost. */
const pace = { heartbeatIntervalMs, heartbeatsToDoubt: 1, electionTimeoutMaxMs: settings.electionTimeoutMaxMs };

let nowMs: number;
let detector: FailureDetector;

beforeEach(() => {
  nowMs = startMs;
  detector = new FailureDetector(settings, pace, nowMs);
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

/** At which tick, each 10 ms after the last, a silent peer comes to a stage. */
function stagesAt(patience: DetectorSettings, measured: DetectorPace): readonly number[] {
  detector = new FailureDetector(patience, measured, nowMs);
  const stages = Array.from({ length: 40 }, () => {
    nowMs += 10;
    return detector.tick(nowMs);
  });
  return [stages.indexOf('suspect'), stages.indexOf('probe'), stages.indexOf('offline')];
}

const quick = { heartbeatIntervalMs: 10, heartbeatsToDoubt: 1, electionTimeoutMaxMs: 20 };

test('all of it is by the settings', () => {
  const patient = { suspectAfterHeartbeats: 5, probeAfterHeartbeats: 8, probeTimeoutMs: 20 };
  expect(stagesAt(patient, quick)).toEqual([4, 8, 10]);
});

test('and by what is measured: loss makes it wait for more heartbeats, slow links for the answer to a probe', () => {
  const hasty = { suspectAfterHeartbeats: 2, probeAfterHeartbeats: 3, probeTimeoutMs: 20 };
  expect(stagesAt(hasty, quick)).toEqual([1, 3, 5]);
  expect(stagesAt(hasty, { ...quick, heartbeatsToDoubt: 6 })).toEqual([5, 6, 8]);
  expect(stagesAt(hasty, { ...quick, electionTimeoutMaxMs: 100 })).toEqual([1, 3, 13]);
});
