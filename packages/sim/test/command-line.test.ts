import { describe, expect, it, vi } from 'vitest';
import { huntBugs } from '../src/bugs/hunt-command.ts';
import { countLines } from '../src/command-line/count-groups.ts';
import { faultLine } from '../src/command-line/fault-line.ts';
import { main } from '../src/command-line/main.ts';
import { InvalidOptions, parseOptions } from '../src/command-line/options.ts';
import { runShare } from '../src/command-line/run-share.ts';
import { traceLine } from '../src/command-line/trace-line.ts';
import { type Fault, type SimulatedEvent, simulate } from '../src/index.ts';
import { comparePaces } from '../src/pace/main.ts';

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

it.each([
  ['npm run sim', main],
  ['npm run sim:bugs', (args: readonly string[]) => huntBugs(args, () => {})],
  ['npm run sim:pace', comparePaces],
])('%s says how it is used', async (command, run) => {
  const printed = vi.spyOn(console, 'log').mockImplementation(() => {});
  expect(await run(['--help'])).toBe(0);
  expect(printed.mock.calls).toEqual([[expect.stringContaining(command)]]);
  printed.mockRestore();
});

it('however short the time, a seed is run, and no second one', () => {
  const isOver = Int32Array.of(1);
  const seeds: number[] = [];
  const share = { firstSeed: 7, seeds: 9, step: 2, nodes: 3, isHashed: false, twice: false, isOver };
  runShare(share, ({ seed }) => seeds.push(seed));
  expect(seeds).toEqual([7]);
});

describe('a trace', () => {
  it('says when, and who told whom what, in order', () => {
    const lines: string[] = [];
    const times: number[] = [];
    const onEvent = (event: SimulatedEvent): void => {
      times.push(event.atUs);
      const line = traceLine(event);
      if (line !== null && lines.length < 20_000) lines.push(line);
    };
    simulate({ seed: 1, nodes: 3, faults: [], faultsUntilMs: 4000, onEvent });
    expect(times).toEqual([...times].sort((one, other) => one - other));
    const vote = lines.find((line) => line.includes('RequestVote #'));
    expect(vote).toMatch(/^ +\d+\.\d{6} {2}n\d#1 election → n\d logStore {2}RequestVote #\d+ term=1 last=0:0$/);
    expect(lines.some((line) => /^ +\d+\.\d{6} {2}n\d election timer election$/.test(line))).toBe(true);
  });

  it('tells of faults and whom they strike, of clients, of writes, of roles, and of what never comes', () => {
    const calm = { lost: 0, doubled: 0, late: 0 };
    const faults: readonly Fault[] = [
      { kind: 'pause', atMs: 1000, durationMs: 50, victim: 1 },
      { kind: 'partition', atMs: 1100, durationMs: 300, shape: 'oneWayOut', victim: 2, company: 0 },
      {
        kind: 'storm',
        atMs: 2000,
        durationMs: 900,
        between: { ...calm, lost: 0.2, doubled: 0.2 },
        within: calm,
        clients: { lost: 0, late: 0 },
        maxLateMs: 10,
        reordered: false,
      },
    ];
    const notes: string[] = [];
    simulate({ seed: 1, nodes: 3, faults, faultsUntilMs: 4000, onNote: (_, note) => notes.push(note) });
    expect(notes).toContain('pause of n2 durationMs=50 begins');
    expect(notes).toContain('pause of n2 ends');
    const cut = notes.find((note) => note.startsWith('cut off: '));
    expect(cut).toContain('n3 → n1, n3 → n2');
    expect(cut).not.toContain('n1 → n3');
    for (const what of [
      /^client \d asks: put k\d=c\d-\d+/,
      /^client \d reaches n\d with /,
      /^client \d is answered put k\d=.*: written revision=\d+$/,
      /^n\d writes term 1, vote for n\d$/,
      /^n\d appends \d+:\d+ put k\d=/,
      /^n\d election: became leader term=1/,
      /^n\d .* → n\d .* {2}\w+ #\d+ is lost$/,
      /^n\d .* → n\d .* {2}\w+ #\d+ is doubled$/,
    ]) {
      expect(
        notes.some((note) => what.test(note)),
        String(what),
      ).toBe(true);
    }
  });
});

it('what happened is counted in groups, and only if it happened', () => {
  const counts = new Map([
    ['message lost', 3],
    ['partition, pair', 2],
    ['local read', 5],
    ['change of members, add', 1],
    ['client message late', 4],
  ]);
  expect(countLines(counts)).toEqual([
    'machines and disks',
    '         2  partition, pair',
    'reads and snapshots beside the clients',
    '         5  local read',
    'members and leaders',
    '         1  change of members, add',
    'messages',
    '         4  client message late',
    '         3  message lost',
  ]);
  // All disks but one have to be kept.
  const lost: Fault = { kind: 'lostDisk', atMs: 1000, durationMs: 10, copyAgeMs: null, victim: 0 };
  const faults = [lost, { ...lost, atMs: 1500, victim: 1 }];
  const { counts: made } = simulate({ seed: 1, nodes: 3, faults, faultsUntilMs: 4000 });
  expect(made.get('disk lost')).toBe(1);
});

it('a fault is told in a line', () => {
  const line = faultLine({ kind: 'pause', atMs: 1500, durationMs: 20.12345, victim: 'leader' });
  expect(line).toBe('     1.500  pause durationMs=20.123 victim=leader');
});
