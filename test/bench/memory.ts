import { OutcomeUnknown, type Store } from '@quorate/client';
import { BenchCluster } from './bench-cluster.ts';
import type { Measurement } from './measurement.ts';
import { Options } from './options.ts';
import { mebibytes, numberText, tableLines } from './table.ts';
import { folderBytes, memoryBytes } from './usage.ts';

const valueBytes = 256;
const keysOfOne = 128;
const underWay = 8;
const sampleEveryMs = 250;

/** Nothing that a node holds in memory may grow with the number of keys. */
const limitBytes = 250 * 1024 * 1024;

/** How much memory nodes take for so many keys: while they are written, at their most, and when all are there. */
export const memory: Measurement = {
  name: 'memory',
  command: 'bench:memory',
  defaults: { keys: '1000000' },
  async measure(args, run) {
    const keys = new Options(args, memory.defaults).number('keys');
    const cluster = await BenchCluster.start(run);
    const store = await cluster.connect({ timeoutMs: 60_000 });
    const most = new Map<string, number>(cluster.ids.map((id) => [id, 0]));
    const sample = async (): Promise<void> => {
      for (const id of cluster.ids) {
        most.set(id, Math.max(most.get(id) ?? 0, await memoryBytes(cluster.node(id).pid)));
      }
    };
    const sampling = setInterval(() => void sample().catch(() => {}), sampleEveryMs);
    run.onEnd(async () => clearInterval(sampling));

    let written = 0;
    const writer = async (): Promise<void> => {
      while (written < keys && !run.signal.aborted) {
        const from = written;
        written = Math.min(keys, from + keysOfOne);
        run.progress(`${numberText(from)} of ${numberText(keys)} keys`);
        await putKeys(store, from, written);
      }
    };
    await Promise.all(Array.from({ length: underWay }, writer));
    const committed = await cluster.committed();
    for (const id of cluster.ids) await cluster.applied(id, committed);
    await sample();

    const rows = await Promise.all(
      cluster.ids.map(async (id) => {
        const now = await memoryBytes(cluster.node(id).pid);
        return [id, most.get(id) ?? 0, now, await folderBytes(cluster.folder(id))] as const;
      }),
    );
    const titles = ['node', 'RssAnon at its most, MiB', 'in the end, MiB', 'data folder, MiB'];
    for (const line of tableLines(
      titles,
      rows.map(([id, ...bytes]) => [id, ...bytes.map(mebibytes)]),
    )) {
      run.say(line);
    }
    run.say(`${numberText(keys)} keys of ${valueBytes} bytes; ${mebibytes(limitBytes)} MiB are allowed.`);
    return rows.every(([, atMost]) => atMost < limitBytes);
  },
};

/** Again if it is not known whether they were written: the second time writes the same. */
async function putKeys(store: Store, from: number, to: number): Promise<void> {
  const transaction = {
    then: Array.from({ length: to - from }, (_, at) => ({
      op: 'put' as const,
      key: `/memory/${from + at}`,
      value: `${from + at}`.padEnd(valueBytes, '.'),
    })),
  };
  for (;;) {
    try {
      await store.txn(transaction);
      return;
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
    }
  }
}
