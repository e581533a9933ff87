import { Command } from 'commander';
import { expect, it } from 'vitest';
import { addNodeTuning, nodeTuning, tuningArguments } from '../src/options/node-options.ts';

/** What the flags of a command come to. */
function tuningOf(...args: readonly string[]): ReturnType<typeof nodeTuning> {
  const command = addNodeTuning(new Command('node')).exitOverride();
  command.configureOutput({ writeErr: () => {} });
  command.parse([...args], { from: 'user' });
  return nodeTuning(command);
}

it.each([
  ['1500', 1_500],
  ['1500ms', 1_500],
  ['90s', 90_000],
  ['10m', 600_000],
  ['2h', 7_200_000],
  ['365d', 31_536_000_000],
])('takes %s for the time after which a voter is removed', (text, autoRemoveAfterMs) => {
  expect(tuningOf('--auto-remove-after', text)).toEqual({ autoRemoveAfterMs });
});

it.each(['0', '0s', '-1', '1.5h', '10 m', 'm', '10w', '366d', '', 'never', '10toString'])(
  'refuses %j for it',
  (text) => {
    expect(() => tuningOf('--auto-remove-after', text)).toThrow(/from 1 ms to 365d/);
  },
);

it('hands on what was given, and nothing else, as arguments that come to the same', () => {
  const tuning = tuningOf('--auto-remove-after', '10m', '--heartbeat-interval-ms', '20', '--log-level', 'warn');
  expect(tuningOf(...tuningArguments(tuning))).toEqual(tuning);
  expect(tuningArguments(tuningOf())).toEqual([]);
});

it.each([
  ['0', '0'],
  ['50', '0.1'],
  ['120', '.25'],
])('takes a lease of %s ms and a drift of %s', (leaseMs, maxClockDrift) => {
  const tuning = tuningOf('--lease-ms', leaseMs, '--max-clock-drift', maxClockDrift);
  expect(tuning).toEqual({ leaseMs: Number(leaseMs), maxClockDrift: Number(maxClockDrift) });
  expect(tuningOf(...tuningArguments(tuning))).toEqual(tuning);
});

it.each(['1', '-0.1', '10%', '', 'none', '0.1.2', '1e-1'])('refuses %j for the drift', (text) => {
  expect(() => tuningOf('--max-clock-drift', text)).toThrow(/from 0 to below 1/);
});

it.each(['-1', '50ms', '10001', ''])('refuses %j for the lease', (text) => {
  expect(() => tuningOf('--lease-ms', text)).toThrow(/from 0 to 10000/);
});
