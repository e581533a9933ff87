import { beforeEach, describe, expect, test } from 'vitest';
import { type Configuration, defaultRaftSettings } from '../src/index.ts';
import { Lease } from '../src/leader/lease.ts';
import { votersOf } from './support/entries.ts';
import { momentAt, senderOf } from './support/fake-context.ts';

const three = votersOf('n1', 'n2', 'n3');
const drift = 0.1;

let lease: Lease;

beforeEach(() => {
  lease = new Lease(drift);
});

const promise = (id: string, sentAtMs: number, promisedMs = 100): void =>
  lease.promised(senderOf(id).node, { sentAt: momentAt(sentAtMs), promisedMs });

const isValid = (configuration: Configuration, nowMs: number): boolean => lease.isValid(configuration, momentAt(nowMs));

describe('the leader lease', () => {
  test('is valid while a quorum of the voters keeps its promises', () => {
    promise('n1', 1000);
    expect(isValid(three, 1000)).toBe(false);
    promise('n2', 1000);
    expect(isValid(three, 1000)).toBe(true);
  });

  test('counts from sending, shortened by what the voters’ clocks may run faster', () => {
    promise('n1', 1000);
    promise('n2', 990);
    expect(isValid(three, 990 + 100 * (1 - drift) - 0.1)).toBe(true);
    expect(isValid(three, 990 + 100 * (1 - drift))).toBe(false);
  });

  test('lasts as long as the promise of the last one that a quorum needs', () => {
    promise('n1', 1000);
    promise('n2', 1010);
    promise('n3', 1050);
    expect(isValid(three, 1099)).toBe(true);
    expect(isValid(three, 1100)).toBe(false);
  });

  test('is not shortened by an earlier or shorter promise that comes late', () => {
    promise('n1', 1000);
    promise('n2', 1000);
    promise('n2', 950);
    promise('n2', 1001, 10);
    expect(isValid(three, 1089)).toBe(true);
  });

  test('a promise of nothing is none', () => {
    promise('n1', 1000, 0);
    promise('n2', 1000, 0);
    expect(isValid(three, 1000)).toBe(false);
  });

  test('learners and strangers count for nothing, and while the voters change both sets are needed', () => {
    const joint: Configuration = { ...votersOf('n1', 'n4', 'n5'), outgoingVoters: three.voters };
    for (const id of ['n1', 'n2', 'n9']) promise(id, 1000);
    expect(isValid(three, 1000)).toBe(true);
    expect(isValid(joint, 1000)).toBe(false);
    promise('n4', 1000);
    expect(isValid(joint, 1000)).toBe(true);
  });

  test('when it is dropped only what is sent afterwards counts', () => {
    promise('n1', 1000);
    promise('n2', 1000);
    lease.drop(1010);
    expect(isValid(three, 1011)).toBe(false);
    promise('n1', 1005);
    promise('n2', 1010);
    expect(isValid(three, 1011)).toBe(false);
    promise('n1', 1011);
    promise('n2', 1012);
    expect(isValid(three, 1013)).toBe(true);
  });

  test('is over as soon as either clock says so: a machine that was suspended does not read from it', () => {
    promise('n1', 1000);
    promise('n2', 1000);
    const { clockMs, wallMs } = momentAt(1005);
    expect(lease.isValid(three, { clockMs, wallMs: wallMs + 84 })).toBe(true);
    expect(lease.isValid(three, { clockMs, wallMs: wallMs + 85 })).toBe(false);
  });

  test('is over when the wall clock was set back: that might hide for how long the machine was suspended', () => {
    promise('n1', 1000);
    promise('n2', 1000);
    const { clockMs, wallMs } = momentAt(1005);
    expect(lease.isValid(three, { clockMs, wallMs: wallMs - 20 })).toBe(true);
    expect(lease.isValid(three, { clockMs, wallMs: wallMs - 21 })).toBe(false);
    expect(lease.isValid(three, { clockMs: clockMs + 85, wallMs: wallMs - 3_600_000 })).toBe(false);
  });

  test('comes back with what is sent after the wall clock was set', () => {
    promise('n1', 1000);
    promise('n2', 1000);
    const { clockMs, wallMs } = momentAt(1010);
    const sentAt = { clockMs, wallMs: wallMs + 3_600_000 };
    expect(lease.isValid(three, sentAt)).toBe(false);
    for (const id of ['n1', 'n2']) lease.promised(senderOf(id).node, { sentAt, promisedMs: 100 });
    expect(lease.isValid(three, sentAt)).toBe(true);
  });

  test('when it has ended nothing brings it back', () => {
    lease.end();
    promise('n1', 1000);
    promise('n2', 1000);
    expect([isValid(three, 1000), lease.isOver]).toEqual([false, true]);
  });

  test('as it ships it lasts no longer than the shortest election timeout', () => {
    expect(defaultRaftSettings.leaseMs).toBeLessThanOrEqual(defaultRaftSettings.electionTimeoutMinMs);
  });
});
