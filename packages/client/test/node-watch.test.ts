import { expect, it } from 'vitest';
import { systemClock } from '../src/clock.ts';
import { Lifetime } from '../src/lifetime.ts';
import { NodeWatch, type NodeWatcher } from '../src/node-watch.ts';
import type { BusOutcome } from '../src/reply-inbox.ts';
import { until } from './support/bus.ts';

/** Notes under `name` what it is told. */
function watcher(name: string, told: string[]): NodeWatcher {
  const note = (what: string) => (): void => void told.push(`${name} ${what}`);
  return { gone: note('gone'), silent: note('silent'), superseded: note('superseded') };
}

it('that a node is gone is told to whoever waited for it before it was asked, and not to those who came later', async () => {
  const told: string[] = [];
  const questions: ((outcome: BusOutcome) => void)[] = [];
  const inbox = { ask: () => new Promise<BusOutcome>((resolve) => questions.push(resolve)) };
  const lifetime = new Lifetime();
  const watch = new NodeWatch({ cluster: 'main', group: 'config' }, inbox, { clock: systemClock, lifetime });
  const stopEarly = watch.watch('n1', watcher('early', told));
  watch.leaderChanged('n2');
  const stopSameTurn = watch.watch('n1', watcher('same turn', told));
  await until(() => questions.length > 0);
  const stopLate = watch.watch('n1', watcher('late', told));
  questions[0]?.({ kind: 'noResponders' });
  await until(() => told.length > 0);
  for (const stop of [stopEarly, stopSameTurn, stopLate]) stop();
  expect(told).toEqual(['early gone', 'same turn gone']);
});
