import { RandomStream } from '@quorate/sim';
import { expect, onTestFinished, test } from 'vitest';
import { drawSeed, InvalidOptions, parseOptions } from './options.ts';
import { drawPlan } from './plan.ts';
import { describeResult } from './report.ts';
import { runChaos } from './run-chaos.ts';

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
