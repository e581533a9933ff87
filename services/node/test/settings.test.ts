import { expect, it } from 'vitest';
import { checkTimes, defaultNodeSettings, InvalidSetting, type NodeSettings } from '../src/settings.ts';

const settings: NodeSettings = { ...defaultNodeSettings, id: 'n1', dataDir: '/nowhere', nats: {} };

it('takes what ships', () => {
  expect(() => checkTimes(settings)).not.toThrow();
  expect(() => checkTimes({ ...settings, leaseMs: 0, maxClockDrift: 0 })).not.toThrow();
});

it.each<[string, Partial<NodeSettings>]>([
  ['a lease below 0', { leaseMs: -1 }],
  ['a lease that is no number', { leaseMs: Number.NaN }],
  ['a lease that outlasts an election timeout', { leaseMs: settings.electionTimeoutMinMs + 1 }],
  ['clocks that may run at any speed', { maxClockDrift: 1 }],
  ['a drift below 0', { maxClockDrift: -0.1 }],
  ['a drift that is no number', { maxClockDrift: Number.NaN }],
  ['an election timeout that is no range', { electionTimeoutMaxMs: settings.electionTimeoutMinMs }],
  ['heartbeats that do not fit', { heartbeatIntervalMs: settings.electionTimeoutMinMs }],
])('refuses %s', (_, wrong) => {
  expect(() => checkTimes({ ...settings, ...wrong })).toThrow(InvalidSetting);
});
