import { BenchCluster } from './bench-cluster.ts';
import type { Measurement, Run } from './measurement.ts';
import { median } from './median.ts';
import { Options } from './options.ts';
import { mebibytes, numberText, tableLines } from './table.ts';
import { folderBytes } from './usage.ts';
import { Writers } from './writers.ts';

const connections = 4;
const valueBytes = 256;

/** No snapshot is ever taken. */
const withoutSnapshots = ['--snapshot-entries', '1000000000', '--snapshot-log-bytes', String(Number.MAX_SAFE_INTEGER)];

interface Settings {
  readonly entries: readonly number[];
  readonly runs: number;
  readonly keys: number;
  readonly callers: number;
  readonly historySeconds: number;
}

/** How long a node takes from the start of its process until it has applied all, by how much was ever written. */
export const restart: Measurement = {
  name: 'restart',
  command: 'bench:restart',
  defaults: {
    entries: '10000,100000,1000000',
    runs: '5',
    keys: '10000',
    callers: '256',
    'history-seconds': '86400',
    snapshots: 'shipped,none',
  },
  async measure(args, run) {
    const options = new Options(args, restart.defaults);
    const settings: Settings = {
      entries: options.numbers('entries').toSorted((a, b) => a - b),
      runs: options.number('runs'),
      keys: options.number('keys'),
      callers: options.number('callers'),
      historySeconds: options.number('history-seconds'),
    };
    const rows: (readonly string[])[] = [];
    for (const snapshots of options.words('snapshots', ['shipped', 'none'])) {
      const isShipped = snapshots === 'shipped';
      rows.push(
        ...(await measureWith(isShipped ? 'as shipped' : 'none', isShipped ? [] : withoutSnapshots, settings, run)),
      );
    }
    const titles = ['snapshots', 'entries written', 'data folder, MiB', 'restart, s', 'state rebuilt, s'];
    for (const line of tableLines(titles, rows)) run.say(line);
    run.say(
      `From the start of the process, Node.js itself included; median of ${settings.runs}. "State rebuilt": as after a power loss.`,
    );
    return true;
  },
};

async function measureWith(
  snapshots: string,
  nodeArgs: readonly string[],
  { entries, runs, keys, callers, historySeconds }: Settings,
  run: Run,
): Promise<readonly (readonly string[])[]> {
  const cluster = await BenchCluster.start(run, nodeArgs);
  const stores = await Promise.all(Array.from({ length: connections }, () => cluster.connect({ timeoutMs: 60_000 })));
  await stores[0]?.setRetention({ maxAgeMs: 1_000 * historySeconds, maxVersions: null });
  const [first = 1] = entries;
  const writers = new Writers({
    stores,
    callers: Math.min(callers, first),
    keys,
    valueBytes,
    onWritten: () => {
      if (writers.asked % 100 === 0) run.progress(`snapshots ${snapshots}: ${numberText(writers.asked)} written`);
    },
  });
  const rows: (readonly string[])[] = [];
  for (const count of entries) {
    let committed = await cluster.committed();
    // Some may fail on a machine that is busy with other things.
    for (; committed < count; committed = await cluster.committed()) await writers.write(count - committed);
    const leader = await cluster.leader();
    const node = cluster.ids.find((id) => id !== leader) ?? 'n1';
    for (const id of cluster.ids) await cluster.applied(id, committed);
    const times = { kept: [] as number[], rebuilt: [] as number[] };
    for (let at = 1; at <= runs; at += 1) {
      run.progress(`snapshots ${snapshots}, ${numberText(count)} entries: restart ${at} of ${runs}`);
      times.kept.push(await timeOf(cluster, node, committed, false));
      times.rebuilt.push(await timeOf(cluster, node, committed, true));
    }
    const cells = [mebibytes(await folderBytes(cluster.folder(node)))];
    for (const all of [times.kept, times.rebuilt]) cells.push((median(all) / 1_000).toFixed(2));
    rows.push([snapshots, numberText(count), ...cells]);
    run.progress('');
  }
  await Promise.all(stores.map((store) => store.close()));
  await cluster.stop();
  return rows;
}

/** Kills a node and starts it again. */
async function timeOf(cluster: BenchCluster, id: string, committed: number, isRebuilt: boolean): Promise<number> {
  await cluster.node(id).end('SIGKILL');
  if (isRebuilt) await cluster.distrustState(id);
  const startedAtMs = performance.now();
  cluster.startNode(id);
  await cluster.applied(id, committed);
  return performance.now() - startedAtMs;
}
