import { expect, it } from 'vitest';
import { withoutRealTime } from '../src/host/real-time-guard.ts';
import { measurePace, type PaceMeasurement } from '../src/pace/measure-pace.ts';
import { networkKinds } from '../src/pace/networks.ts';
import { paceKinds } from '../src/pace/paces.ts';

const [short, long, adaptive] = paceKinds;
const [good, lossy, , , , slowest] = networkKinds;

function measure(network = good, pace = adaptive): PaceMeasurement {
  if (network === undefined || pace === undefined) throw new Error('there is no such pace or network');
  return withoutRealTime(() => measurePace(1, network, pace));
}

it('on a good network costs no more than one that is fixed for it, and notices a silence sooner than one that is fixed for a slow one', () => {
  const [measured, asFixed, slower] = [measure(), measure(good, short), measure(good, long)];
  expect(measured).toMatchObject({ campaigns: 0, terms: 0, leaderless: 0 });
  expect(measured.messagesPerSecond).toBeLessThan(1.2 * asFixed.messagesPerSecond);
  expect(measured.replacedMs).toBeLessThan(310);
  expect(slower.replacedMs).toBeGreaterThan(1000);
});

it('on a lossy network sends more, so that nobody campaigns against a leader that is there', () => {
  const [measured, fixed] = [measure(lossy), measure(lossy, short)];
  expect(fixed.campaigns).toBeGreaterThan(0);
  expect(measured).toMatchObject({ campaigns: 0, terms: 0, leaderless: 0 });
  expect(measured.messagesPerSecond).toBeGreaterThan(fixed.messagesPerSecond);
});

it('on the slowest network finds a leader, and sends less', () => {
  const [measured, fixed] = [measure(slowest), measure(slowest, short)];
  expect(fixed.leaderless).toBeGreaterThan(0.5);
  expect(measured).toMatchObject({ campaigns: 0, terms: 0, leaderless: 0 });
  expect(measured.messagesPerSecond).toBeLessThan(fixed.messagesPerSecond);
});

it('is the same for the same seed', () => {
  expect(measure(lossy)).toEqual(measure(lossy));
});
