import { describe, expect, it } from 'vitest';
import { Bus } from '../src/faults/bus.ts';
import { FaultCounts } from '../src/faults/fault-counts.ts';
import { RandomStream } from '../src/host/random-stream.ts';

const longAfterUs = 1_000_000;

/** What each of many buses says of a probe: in how many microseconds, or null. */
function answers(arrange: (bus: Bus) => void, isRunning: boolean, nowUs: number): readonly (number | null)[] {
  return Array.from({ length: 200 }, (_, seed) => {
    const bus = new Bus(new RandomStream(seed, 'no responders'), new FaultCounts(), 3);
    arrange(bus);
    return bus.noRespondersUs(0, 1, isRunning, nowUs);
  });
}

const told = (all: readonly (number | null)[]): number => all.filter((us) => us !== null).length;

describe('the bus tells of a probe that nobody hears', () => {
  it('never while the node is there, paused or not', () => {
    expect(told(answers(() => {}, true, longAfterUs))).toBe(0);
  });

  it('when its process has ended, unless that is hidden or lost', () => {
    const all = answers((bus) => bus.ended(1, 0), false, longAfterUs);
    expect(told(all)).toBeGreaterThan(100);
    expect(told(all)).toBeLessThan(190);
    // A turn through the server at least, and sometimes much later.
    const delays = all.filter((us) => us !== null);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(200);
    expect(Math.max(...delays)).toBeGreaterThan(50_000);
  });

  it('not before NATS itself has noticed', () => {
    expect(told(answers((bus) => bus.ended(1, 0), false, 50))).toBe(0);
  });

  it('when the node has lost its connection, until it is back', () => {
    const lose = (bus: Bus): void => bus.lose(1, 1);
    expect(told(answers(lose, true, longAfterUs))).toBeGreaterThan(100);
    const regain = (bus: Bus): void => {
      bus.lose(1, 1);
      bus.lose(1, -1);
    };
    expect(told(answers(regain, true, longAfterUs))).toBe(0);
  });

  it('on the side of a broken route that is told of it, and not on the other', () => {
    expect(told(answers((bus) => bus.unroute(0, 1, 1), true, longAfterUs))).toBeGreaterThan(100);
    expect(told(answers((bus) => bus.unroute(1, 0, 1), true, longAfterUs))).toBe(0);
  });
});
