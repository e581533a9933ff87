import { setTimeout as after } from 'node:timers/promises';
import { Latencies } from '@quorate/load';
import { BenchCluster } from './bench-cluster.ts';
import { latencyCells, latencyTitles } from './latency-cells.ts';
import type { Measurement, Run } from './measurement.ts';
import { Options } from './options.ts';
import { mebibytes, numberText, tableLines } from './table.ts';
import { folderBytes, memoryBytes } from './usage.ts';
import { Writers } from './writers.ts';

const connections = 4;
const valueBytes = 256;
const sampleEveryMs = 500;

/** So long after a snapshot the log is being compacted, about. */
const compactionMs = 3_000;

/** What docs/OPERATING.md says of the size of a data folder, for entries and keys like these. */
const recordBytes = valueBytes + 144;
const folderBound = (keys: number, pastVersions: number): number =>
  256 * 1024 * 1024 + 6 * (keys + pastVersions) * recordBytes;

/** After this share of the writes nothing is new any more: the memory from then on is not to grow. */
const warmUpShare = 0.3;
const memoryGrowthBytes = 32 * 1024 * 1024;

/** What the nodes take at one moment: the largest folder, and each one's memory. */
interface Sample {
  readonly written: number;
  readonly folderBytes: number;
  readonly memoryBytes: readonly number[];
}

/** One write. */
interface Wrote {
  readonly atMs: number;
  readonly tookMs: number;
}

/** A steady load for long: do the folders and the processes stay small, and does a snapshot or compaction hold up a write? */
export const endurance: Measurement = {
  name: 'endurance',
  command: 'bench:endurance',
  defaults: { writes: '1000000', keys: '10000', callers: '16', 'history-seconds': '86400' },
  async measure(args, run) {
    const options = new Options(args, endurance.defaults);
    const [writes, keys, callers] = [options.number('writes'), options.number('keys'), options.number('callers')];
    const cluster = await BenchCluster.start(run);
    const historyMs = options.number('history-seconds') * 1_000;
    const stores = await Promise.all(Array.from({ length: connections }, () => cluster.connect({ timeoutMs: 60_000 })));
    await stores[0]?.setRetention({ maxAgeMs: historyMs, maxVersions: null });
    const wrote: Wrote[] = [];
    let failed = 0;
    const writers = new Writers({
      stores,
      callers,
      keys,
      valueBytes,
      onWritten: ({ askedAtMs, tookMs, error }) => {
        if (error !== null) failed += 1;
        wrote.push({ atMs: askedAtMs, tookMs });
      },
    });
    const samples: Sample[] = [];
    const startedAtMs = performance.now();
    const writing = writers.write(writes);
    await sampleUntil(
      writing,
      cluster,
      samples,
      () => wrote.length,
      (sample) => {
        run.progress(
          `${numberText(sample.written)} of ${numberText(writes)} written, folders up to ${mebibytes(sample.folderBytes)} MiB`,
        );
      },
    );
    const seconds = (performance.now() - startedAtMs) / 1_000;
    await Promise.all(stores.map((store) => store.close()));
    // The last snapshots and compactions are part of it.
    await after(compactionMs);
    samples.push(await sampleOf(cluster, wrote.length));

    run.say(
      `${numberText(writes)} writes of ${valueBytes} bytes to ${numberText(keys)} keys by ${callers} callers in ${seconds.toFixed(0)} s, ${failed} failed\n`,
    );
    sayTimeline(samples, writes, cluster.ids, run);
    sayLatencies(wrote, cluster, run);
    return verdict(samples, writes, folderBound(keys, mostWithin(historyMs, wrote)), run);
  },
};

async function sampleUntil(
  end: Promise<void>,
  cluster: BenchCluster,
  samples: Sample[],
  written: () => number,
  onSample: (sample: Sample) => void,
): Promise<void> {
  let isOver = false;
  const over = end.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const sample = await sampleOf(cluster, written());
    samples.push(sample);
    onSample(sample);
    await Promise.race([over, after(sampleEveryMs)]);
  }
  await over;
}

async function sampleOf(cluster: BenchCluster, written: number): Promise<Sample> {
  const folders = await Promise.all(cluster.ids.map((id) => folderBytes(cluster.folder(id))));
  const memory = await Promise.all(cluster.ids.map((id) => memoryBytes(cluster.node(id).pid)));
  return { written, folderBytes: Math.max(...folders), memoryBytes: memory };
}

/** The most writes that any stretch of so many milliseconds had: history has as many past versions, at the most. */
function mostWithin(windowMs: number, wrote: readonly Wrote[]): number {
  const ends = wrote.map(({ atMs, tookMs }) => atMs + tookMs).sort((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [at, endMs] of ends.entries()) {
    while ((ends[first] ?? endMs) < endMs - windowMs) first += 1;
    most = Math.max(most, at - first + 1);
  }
  return most;
}

/** A row for each tenth: the most that was taken in it. */
function sayTimeline(samples: readonly Sample[], writes: number, ids: readonly string[], run: Run): void {
  const rows = Array.from({ length: 10 }, (_, tenth) => {
    const [from, to] = [(tenth * writes) / 10, ((tenth + 1) * writes) / 10];
    const within = samples.filter(({ written }) => written > from && written <= to);
    const most = (of: (sample: Sample) => number): string => mebibytes(Math.max(0, ...within.map(of)));
    const memory = ids.map((_id, at) => most((sample) => sample.memoryBytes[at] ?? 0));
    return [numberText(to), most((sample) => sample.folderBytes), ...memory];
  });
  const titles = ['writes', 'largest folder, MiB', ...ids.map((id) => `${id} memory, MiB`)];
  for (const line of tableLines(titles, rows)) run.say(line);
  run.say('');
}

/** Writes that were under way while a node took a snapshot or compacted its log after it, and all others. */
function sayLatencies(wrote: readonly Wrote[], cluster: BenchCluster, run: Run): void {
  const busy = snapshotTimes(wrote, cluster);
  const beside = new Latencies();
  const others = new Latencies();
  for (const { atMs, tookMs } of wrote) {
    const isBeside = busy.some(([fromMs, toMs]) => atMs + tookMs >= fromMs && atMs <= toMs);
    (isBeside ? beside : others).record(tookMs);
  }
  const rows = [
    ['beside snapshots and compaction', ...latencyCells(beside)],
    ['all others', ...latencyCells(others)],
  ];
  for (const line of tableLines(['', ...latencyTitles], rows)) run.say(line);
  run.say('');
}

/** From when the entry was applied after which it was due until its log was compacted, of each node's each snapshot. */
function snapshotTimes(wrote: readonly Wrote[], cluster: BenchCluster): readonly (readonly [number, number])[] {
  const ends = wrote.map(({ atMs, tookMs }) => atMs + tookMs);
  return cluster.ids.flatMap((id) => {
    const taken = cluster.node(id).log.filter(({ msg }) => msg === 'snapshot taken');
    return taken.map(({ index, time }) => {
      const takenAtMs = Date.parse(String(time)) - performance.timeOrigin;
      // Entries before the first write are a few.
      const dueAtMs = ends[Math.min(ends.length - 1, Math.max(0, Number(index) - 100))] ?? takenAtMs;
      return [Math.min(dueAtMs, takenAtMs), takenAtMs + compactionMs] as const;
    });
  });
}

function verdict(samples: readonly Sample[], writes: number, folderBoundBytes: number, run: Run): boolean {
  const largest = Math.max(...samples.map((sample) => sample.folderBytes));
  const late = samples.filter(({ written }) => written >= warmUpShare * writes);
  const half = Math.ceil(late.length / 2);
  const most = (part: readonly Sample[]): number => Math.max(...part.flatMap(({ memoryBytes: bytes }) => bytes));
  const growth = most(late.slice(half)) - most(late.slice(0, half));
  const isSmall = largest <= folderBoundBytes;
  const isSteady = growth <= memoryGrowthBytes;
  run.say(
    `largest data folder: ${mebibytes(largest)} MiB, ${isSmall ? 'within' : 'BEYOND'} ${mebibytes(folderBoundBytes)} MiB`,
  );
  run.say(
    `memory after warm-up: up to ${mebibytes(most(late.slice(0, half)))} MiB, then up to ${mebibytes(most(late.slice(half)))} MiB: ${isSteady ? 'it does not grow' : 'it GROWS'}`,
  );
  return isSmall && isSteady;
}
