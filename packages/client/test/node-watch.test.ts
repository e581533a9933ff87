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
  const [early, sameTurn, late] = [watcher('early', told), watcher('same turn', told), watcher('late', told)];
  watch.watch('n1', early);
  watch.leaderChanged('n2');
  watch.watch('n1', sameTurn);
  await until(() => questions.length > 0);
  watch.watch('n1', late);
  questions[0]?.({ kind: 'noResponders' });
  await until(() => told.length > 0);
  for (const one of [early, sameTurn, late]) watch.unwatch('n1', one);
  expect(told).toEqual(['early gone', 'same turn gone']);
});
