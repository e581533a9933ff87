import { describe, expect, it } from 'vitest';
import { faultLine } from '../src/command-line/fault-line.ts';
import { InvalidOptions, parseOptions } from '../src/command-line/options.ts';
import { runShare } from '../src/command-line/run-share.ts';
import { traceLine } from '../src/command-line/trace-line.ts';
import { type SimulatedEvent, simulate } from '../src/index.ts';

describe('the options', () => {
  it('run many seeds, or replay one', () => {
    expect(parseOptions(['--seeds', '1000', '--start', '7', '--nodes', '5'])).toMatchObject({
      firstSeed: 7,
      seeds: 1000,
      nodes: 5,
      trace: false,
    });
    expect(parseOptions(['--seed', '4711', '--trace'])).toMatchObject({ firstSeed: 4711, seeds: 1, trace: true });
    expect(parseOptions(['--seeds', '3', '--twice'])).toMatchObject({ seeds: 3, twice: true });
    expect(parseOptions(['--minutes', '0.5'])).toMatchObject({ minutes: 0.5, seeds: Number.MAX_SAFE_INTEGER });
  });

  it.each([
    [['--nodes', '4']],
    [['--seeds', 'many']],
    [['--seeds', '0']],
    [['--seed', '5', '--seeds', '9']],
    [['--seed', '5', '--start', '9']],
    [['--seed', '5', '--minutes', '1']],
    [['--seed', '5', '--trace', '--twice']],
    [['--trace']],
    [['--shrunk']],
    [['--minutes', '-1']],
    [['--jobs', '0']],
    [['--what']],
  ])('that make no sense are refused: %j', (args) => {
    expect(() => parseOptions(args)).toThrow(InvalidOptions);
  });
});

it('however short the time, a seed is run, and no second one', () => {
  const isOver = Int32Array.of(1);
  const seeds: number[] = [];
  const share = { firstSeed: 7, seeds: 9, step: 2, nodes: 3, isHashed: false, twice: false, isOver };
  runShare(share, ({ seed }) => seeds.push(seed));
  expect(seeds).toEqual([7]);
});

it('a trace says when, and who told whom what, in order', () => {
  const lines: string[] = [];
  const times: number[] = [];
  const onEvent = (event: SimulatedEvent): void => {
    times.push(event.atUs);
    if (lines.length < 20_000) lines.push(traceLine(event));
  };
  simulate({ seed: 1, nodes: 3, faults: [], onEvent });
  expect(times).toEqual([...times].sort((one, other) => one - other));
  const vote = lines.find((line) => line.includes('requestVote term=1'));
  expect(vote).toMatch(
    /^ +\d+\.\d{6} {2}n\d#1 election → n\d logStore {2}requestVote term=1 sequence=\d+ lastLogIndex=0/,
  );
});

it('a fault is told in a line', () => {
  const line = faultLine({ kind: 'pause', atMs: 1500, durationMs: 20.12345, victim: 'leader' });
  expect(line).toBe('     1.500  pause durationMs=20.123 victim=leader');
});
