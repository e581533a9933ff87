import { describe, expect, it } from 'vitest';
import { simulate } from '../src/index.ts';

describe('a run', () => {
  it('is the same for the same seed', () => {
    for (const seed of [1, 2, 3]) {
      const one = simulate({ seed });
      const other = simulate({ seed });
      expect(other.hash).toBe(one.hash);
      expect(other.history).toEqual(one.history);
      expect(other.counts).toEqual(one.counts);
    }
  });

  it('is another for another seed', () => {
    expect(simulate({ seed: 1 }).hash).not.toBe(simulate({ seed: 2 }).hash);
  });

  it('lasts a simulated minute at least, and gets clients served', () => {
    const { simulatedMs, acknowledged, violation } = simulate({ seed: 4 });
    expect(violation).toBeNull();
    expect(simulatedMs).toBeGreaterThanOrEqual(60_000);
    expect(acknowledged).toBeGreaterThan(10 * 60);
  });
});
