import { describe, expect, it } from 'vitest';
import { SimulatedEvent } from '../src/host/simulated-event.ts';
import { TraceHash } from '../src/host/trace-hash.ts';
import { simulate } from '../src/index.ts';

describe('a run', () => {
  it.each([1, 2, 3, 4, 5])('is the same for the same seed: %i', (seed) => {
    const one = simulate({ seed, isHashed: true });
    const other = simulate({ seed, isHashed: true });
    expect(one.hash).toMatch(/^[0-9a-f]{16}$/);
    expect(other.hash).toBe(one.hash);
    expect(other.history).toEqual(one.history);
    expect(other.counts).toEqual(one.counts);
  });

  it('is another for another seed', () => {
    expect(simulate({ seed: 1, isHashed: true }).hash).not.toBe(simulate({ seed: 2, isHashed: true }).hash);
  });

  it('is another if one byte of what is said is another', () => {
    const told = (value: number): string => {
      const hash = new TraceHash();
      const command = Uint8Array.of(1, value, 3);
      const message = { kind: 'write', request: 1, command, timeoutMs: 10, traceparent: null } as const;
      hash.add(new SimulatedEvent(null, null, 'gateway', 'write', message, null, 'api', null));
      return hash.toString();
    };
    expect(told(2)).toBe(told(2));
    expect(told(2)).not.toBe(told(4));
  });

  it('lasts a simulated minute at least, and gets clients served', () => {
    const { simulatedMs, acknowledged, violation } = simulate({ seed: 4 });
    expect(violation).toBeNull();
    expect(simulatedMs).toBeGreaterThanOrEqual(60_000);
    expect(acknowledged).toBeGreaterThan(10 * 60);
  });
});
