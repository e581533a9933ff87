import { beforeEach, describe, expect, test } from 'vitest';
import { LinkStatistics } from '../src/replicator/link-statistics.ts';

const outageMs = 300;
const everyMs = 50;

let nowMs: number;
let sequence: number;
let link: LinkStatistics;

beforeEach(() => {
  nowMs = 1000;
  sequence = 0;
  link = new LinkStatistics(nowMs);
});

/** A heartbeat goes out; its answer comes after so long, or never. The next one follows in time. */
function heartbeat(answeredAfterMs: number | null): void {
  sequence += 1;
  link.sent(sequence, nowMs);
  if (answeredAfterMs !== null) link.heard(sequence, nowMs + answeredAfterMs, outageMs);
  nowMs += everyMs;
}

function heartbeats(count: number, answeredAfterMs: number | null): void {
  for (let beat = 0; beat < count; beat += 1) heartbeat(answeredAfterMs);
}

describe('the round trip of a link', () => {
  test('is not known before anything is answered', () => {
    heartbeats(3, null);
    expect(link.measurements).toEqual({ roundTripMs: null, leastRoundTripMs: null, loss: null, flushMs: null });
  });

  test('is that of the newest heartbeats, on average and at least', () => {
    heartbeats(100, 40);
    heartbeat(8);
    expect(link.measurements).toMatchObject({ roundTripMs: (63 * 40 + 8) / 64, leastRoundTripMs: 8 });
    heartbeats(64, 20);
    expect(link.measurements).toMatchObject({ roundTripMs: 20, leastRoundTripMs: 20 });
  });

  test('is measured though heartbeats follow each other faster than it', () => {
    for (let beat = 0; beat < 20; beat += 1) {
      sequence += 1;
      link.sent(sequence, nowMs);
      if (beat >= 4) link.heard(sequence - 4, nowMs, outageMs);
      nowMs += everyMs;
    }
    expect(link.measurements).toMatchObject({ roundTripMs: 4 * everyMs, loss: 0 });
  });

  test('is not that of a peer that stood still, and answers all at once what came meanwhile', () => {
    heartbeats(20, 1);
    heartbeats(20, null);
    for (let missed = sequence - 19; missed <= sequence; missed += 1) link.heard(missed, nowMs, outageMs);
    heartbeats(20, 1);
    expect(link.measurements).toMatchObject({ roundTripMs: 1, loss: 0 });
  });

  test('counts an answer once', () => {
    heartbeat(1);
    link.heard(sequence, nowMs, outageMs);
    expect(link.measurements).toMatchObject({ roundTripMs: 1, loss: 0 });
  });
});

describe('the loss of a link', () => {
  test('is the share of the newest heartbeats that were not answered', () => {
    for (let round = 0; round < 40; round += 1) {
      heartbeats(3, 1);
      heartbeat(null);
    }
    heartbeat(1);
    expect(link.measurements.loss).toBeCloseTo(0.25, 1);
    heartbeats(64, 1);
    expect(link.measurements.loss).toBe(0);
  });

  test('has in it what was answered, but much later than usual', () => {
    heartbeats(10, 1);
    heartbeat(null);
    heartbeat(1);
    link.heard(sequence - 1, nowMs, outageMs);
    expect(link.measurements).toMatchObject({ roundTripMs: 1, loss: 1 / 64 });
  });

  test('has nothing in it that another answer has only overtaken', () => {
    heartbeats(10, 1);
    link.sent(11, nowMs);
    link.sent(12, nowMs + 1);
    link.heard(12, nowMs + 2, outageMs);
    link.heard(11, nowMs + 3, outageMs);
    expect(link.measurements.loss).toBe(0);
  });

  test('has no outage in it: a peer that is back has the link that it had', () => {
    heartbeats(64, 1);
    heartbeats(100, null);
    heartbeat(1);
    expect(link.measurements.loss).toBe(0);
  });
});

describe('the flush of a peer', () => {
  test('is what entries take to be acknowledged, beyond the round trip', () => {
    heartbeats(10, 4);
    link.acknowledged(nowMs - 30, nowMs);
    link.acknowledged(nowMs - 2, nowMs);
    expect(link.measurements.flushMs).toBe((26 + 0) / 2);
  });

  test('is not that of entries which waited for the peer to come back', () => {
    heartbeats(10, 4);
    const sentAtMs = nowMs;
    heartbeats(20, null);
    heartbeat(4);
    link.acknowledged(sentAtMs, nowMs);
    expect(link.measurements.flushMs).toBeNull();
  });
});
