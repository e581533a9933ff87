import { RandomStream } from '@quorate/sim';
import { expect, onTestFinished, test } from 'vitest';
import { drawSeed, InvalidOptions, parseOptions, parseStaleReadsOptions } from './options.ts';
import { drawPlan } from './plan.ts';
import { describeResult } from './report.ts';
import { runChaos } from './run-chaos.ts';
import { countStaleReads } from './stale-reads.ts';

test('a minute of faults: no promise is broken', { timeout: 400_000 }, async () => {
  const options = { seed: drawSeed(), minutes: 1, nodes: 3 } as const;
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const again = `npm run chaos -- --minutes 1 --seed ${options.seed}`;
  const result = await runChaos(options, { signal: end.signal }).catch((error: unknown) => {
    throw new Error(again, { cause: error });
  });
  expect(result.violations, `${again}\n${describeResult(result)}`).toEqual([]);
});

test('a leader that is paused while it is read from shows nobody less than was acknowledged', {
  timeout: 200_000,
}, async () => {
  const options = { seed: drawSeed(), rounds: 25 };
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const { stale, reads, term } = await countStaleReads(options, { signal: end.signal });
  expect(stale, `npm run chaos:stale-reads -- --rounds 25 --seed ${options.seed}`).toEqual([]);
  expect(reads).toBeGreaterThan(100);
  expect(term).toBeGreaterThan(options.rounds / 2);
});

test('a seed is a plan', () => {
  const plans = [7, 7, 8].map((seed) => drawPlan(new RandomStream(seed, 'plan'), 3, 1));
  expect(plans[1]).toEqual(plans[0]);
  expect(plans[2]).not.toEqual(plans[0]);
  const kinds = new Set(plans[0]?.rounds.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
  expect([...kinds].sort()).toEqual(['busRestart', 'kill', 'partition', 'pause', 'restart', 'storm']);
});

test('what the command is asked', () => {
  expect(parseOptions(['--minutes', '0.5', '--seed', '12', '--nodes', '5'])).toEqual({
    minutes: 0.5,
    seed: 12,
    nodes: 5,
  });
  expect(parseStaleReadsOptions(['--rounds', '7', '--seed', '12'])).toEqual({ rounds: 7, seed: 12 });
  expect(parseStaleReadsOptions([])).toMatchObject({ rounds: 1000, seed: expect.any(Number) });
  for (const args of [
    ['--rounds', '0'],
    ['--rounds', '1.5'],
    ['--seed', 'x'],
    ['--minutes', '2'],
  ]) {
    expect(() => parseStaleReadsOptions(args)).toThrow(InvalidOptions);
  }
  expect(parseOptions([])).toMatchObject({ minutes: 2, nodes: 3, seed: expect.any(Number) });
  for (const args of [
    ['--nodes', '4'],
    ['--minutes', '-1'],
    ['--minutes', '0'],
    ['--seed', 'x'],
    ['--what'],
    ['more'],
  ]) {
    expect(() => parseOptions(args)).toThrow(InvalidOptions);
  }
});
