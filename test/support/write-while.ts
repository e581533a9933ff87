import type { ConnectOptions } from '@quorate/client';
import { expect } from 'vitest';
import type { TestCluster } from './cluster.ts';
import { CommittedRecorder } from './committed-recorder.ts';
import { expectHistory } from './expect-history.ts';
import { type Attempt, Workload } from './workload.ts';

/**
 * Lets 16 callers on four connections write without pause, and follows the committed stream all the while, as `disturb` does what it likes to
 * the cluster; then looks that every promise was kept. `options` are those of the callers' connections. Gives what was asked for.
 */
export async function writeWhile(
  cluster: TestCluster,
  disturb: (workload: Workload) => Promise<void>,
  options: ConnectOptions = {},
): Promise<readonly Attempt[]> {
  const stores = await Promise.all(Array.from({ length: 4 }, () => cluster.connect(options)));
  const store = await cluster.connect();
  const recorders = [new CommittedRecorder(store)];
  const workload = new Workload(stores);
  await workload.progress();
  await disturb(workload);
  // This one has to fetch all that was before it, while more comes.
  recorders.push(new CommittedRecorder(store));
  await workload.progress();
  const attempts = await workload.stop();
  expect(new Set(attempts.map(({ value }) => value)).size).toBe(attempts.length);
  await expectHistory({ cluster, store, attempts, recorders });
  await Promise.all(recorders.map((recorder) => recorder.stop()));
  return attempts;
}
