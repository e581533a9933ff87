import { beforeEach, describe, expect, test } from 'vitest';
import { type ClockReading, PeerClock } from '../src/leader/peer-clock.ts';

const epochMs = 1_700_000_000_000;
let peer: PeerClock;

beforeEach(() => {
  peer = new PeerClock();
});

/** A peer whose wall clock is ahead by `aheadMs`, asked at a time, answers after half of a round trip; its monotonic clock runs at `rate`. */
const reading = (
  askedAtMs: number,
  roundTripMs: number,
  other: {
    readonly aheadMs?: number;
    readonly rate?: number;
    readonly incarnation?: number;
    readonly share?: number;
  } = {},
): ClockReading => {
  const { aheadMs = 0, rate = 1, incarnation = 1, share = 0.5 } = other;
  const readAtMs = askedAtMs + roundTripMs * share;
  const clocks = { clockMs: 77_000 + readAtMs * rate, wallMs: epochMs + aheadMs + readAtMs };
  return { askedAtMs, heardAtMs: askedAtMs + roundTripMs, incarnation, ...clocks };
};

describe("a peer's wall clock", () => {
  test('is known within the round trip, wherever in it the clock was read', () => {
    expect(peer.wallAheadMs).toBeNull();
    for (const share of [0, 0.3, 1]) {
      peer = new PeerClock();
      peer.observe(reading(100, 10, { share, aheadMs: 5 }));
      const { least, most } = peer.wallAheadMs ?? { least: 0, most: 0 };
      expect(most - least).toBe(10);
      expect(least <= epochMs + 5 && epochMs + 5 <= most).toBe(true);
    }
  });

  test('is known by the fastest answer of a second: a slower one says less', () => {
    peer.observe(reading(0, 10));
    peer.observe(reading(50, 2));
    peer.observe(reading(100, 300, { share: 0.9 }));
    expect(peer.wallAheadMs).toEqual({ least: epochMs - 1, most: epochMs + 1 });
    peer.observe(reading(1100, 8));
    expect(peer.wallAheadMs).toEqual({ least: epochMs - 4, most: epochMs + 4 });
  });

  test('is known anew at once when it was set, also by a slow answer', () => {
    peer.observe(reading(0, 2));
    peer.observe(reading(50, 20, { aheadMs: 3_600_000 }));
    expect(peer.wallAheadMs?.least).toBe(epochMs + 3_600_000 - 10);
    peer.observe(reading(100, 30, { aheadMs: -60_000 }));
    expect(peer.wallAheadMs?.least).toBe(epochMs - 60_000 - 15);
  });

  test('is known since it was last read', () => {
    expect(peer.isKnownSince(0)).toBe(false);
    peer.observe(reading(100, 10));
    expect([peer.isKnownSince(110), peer.isKnownSince(111)]).toEqual([true, false]);
  });
});

describe("a peer's monotonic clock", () => {
  const observeFor = (fromMs: number, untilMs: number, rate: number, roundTripMs = 2): void => {
    for (let atMs = fromMs; atMs < untilMs; atMs += 50) peer.observe(reading(atMs, roundTripMs, { rate }));
  };

  test('has a rate that is known more exactly the longer it is watched', () => {
    observeFor(0, 1000, 1);
    expect(peer.rate).toBeNull();
    observeFor(1000, 2100, 1.0003);
    const soon = peer.rate ?? { least: 0, most: 0 };
    observeFor(2100, 12_000, 1.0003);
    const late = peer.rate ?? { least: 0, most: 0 };
    expect(late.most - late.least).toBeLessThan((soon.most - soon.least) / 5);
    expect(late.least).toBeLessThan(1.0003);
    expect(late.most).toBeGreaterThan(1.0003);
  });

  test('shows within two seconds that it runs at another rate than before', () => {
    observeFor(0, 20_000, 1);
    const aheadMs = 20_000 * 0.2;
    for (let atMs = 20_000; atMs < 22_200; atMs += 50) {
      const { clockMs, ...rest } = reading(atMs, 2, { rate: 1.2 });
      peer.observe({ ...rest, clockMs: clockMs - aheadMs });
    }
    expect(peer.recentRate?.least).toBeGreaterThan(1.15);
    expect(peer.rate?.most).toBeLessThan(1.15);
  });

  test('never has a wrong rate, however slow and uneven the network is', () => {
    for (const [at, share] of [0, 1, 0.2, 0.9, 0, 1].entries()) {
      peer.observe(reading(at * 1100, 400, { rate: 1.01, share }));
      const { least, most } = peer.rate ?? { least: 1, most: 1.02 };
      expect(least <= 1.01 && 1.01 <= most).toBe(true);
    }
  });

  test('begins anew with a new process', () => {
    observeFor(0, 5000, 1);
    peer.observe(reading(5000, 2, { incarnation: 2, rate: 0.5 }));
    expect(peer.rate).toBeNull();
    peer.observe(reading(6100, 2, { incarnation: 2, rate: 0.5 }));
    expect(peer.rate?.most).toBeLessThan(0.51);
  });
});
