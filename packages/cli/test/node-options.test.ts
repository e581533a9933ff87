import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addNodeTuning, nodeTuning, tuningArguments } from '../src/options/node-options.ts';
import { httpLine, httpPorts } from '../src/up/http-ports.ts';

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

it.each(['-1', '65536', 'http', ''])('refuses %j for the port of the HTTP listener', (text) => {
  expect(() => tuningOf('--http-port', text)).toThrow(/from 0 to 65535/);
});

it('hands on the HTTP listener, and a port of null as none', () => {
  const tuning = tuningOf('--http-port', '9464', '--http-host', '0.0.0.0');
  expect(tuning).toEqual({ httpPort: 9_464, httpHost: '0.0.0.0' });
  expect(tuningOf(...tuningArguments(tuning))).toEqual(tuning);
  expect(tuningArguments({ ...tuning, httpPort: null })).toEqual(['--http-host', '0.0.0.0']);
});

describe('the ports of the nodes of up', () => {
  it('follow the first one', () => {
    expect(httpPorts(9_464, 3)).toEqual([9_464, 9_465, 9_466]);
    expect(httpPorts(0, 3)).toEqual([0, 0, 0]);
    expect(httpPorts(null, 3)).toEqual([]);
    expect(httpPorts(65_533, 3)).toEqual([65_533, 65_534, 65_535]);
  });

  it('end with the last there is', () => {
    expect(() => httpPorts(65_534, 3)).toThrow('there are no 3 ports from --http-port 65534 on: 65535 is the last');
  });

  it('are told', () => {
    expect(httpLine(['n1', 'n2'], [9_464, 9_465])).toBe(
      '/metrics, /healthz and /readyz of n1 at http://127.0.0.1:9464, n2 at http://127.0.0.1:9465',
    );
  });
});
