import { setTimeout as after } from 'node:timers/promises';
import type { Store } from '@quorate/client';
import { type OperationResult, runLoad } from '@quorate/load';
import { CommandFailure } from '../../command-error.ts';
import { BenchKeys } from '../bench-keys.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { FailoverCluster } from './failover-cluster.ts';
import type { FailoverSettings } from './failover-settings.ts';

/** One leader lost. */
export interface FailoverRun {
  readonly leader: string;
  /** Who led when all was whole again. */
  readonly nextLeader: string;
  /** The longest time without an acknowledged write, from when the leader was struck until all was whole again. */
  readonly longestMs: number;
}

/** What all runs came to. */
export interface FailoverResult {
  readonly runs: readonly FailoverRun[];
  /** The longest time without an acknowledged write while nothing was wrong. */
  readonly quietLongestMs: number;
  /** What became of the writes. */
  readonly writes: OperationResult;
}

/** What a run goes on with. */
interface Running {
  readonly cluster: FailoverCluster;
  readonly acknowledgements: Acknowledgements;
  readonly signal: AbortSignal;
}

/** So long all is left alone, before a leader is struck and before it is brought back; up to twice that, to be in step with nothing. */
const settleMs = 500;
/** Nobody can be expected to wait for longer. */
const resumeTimeoutMs = 60_000;

/**
 * Has callers write without a pause while one leader after the other is struck, and brought back when writes go on.
 * @throws {UsageError} if it cannot begin @throws {CommandFailure} if writes do not go on, or the cluster does not become whole again
 */
export async function runFailover(
  settings: FailoverSettings,
  onRun: (run: FailoverRun, number: number) => void,
  signal: AbortSignal,
): Promise<FailoverResult> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const onEnd = (end: () => Promise<void>): void => void ends.push(end);
    const cluster = await FailoverCluster.start(settings, onEnd, signal);
    const stores: Store[] = [];
    onEnd(async () => void (await Promise.all(stores.map((store) => store.close()))));
    while (stores.length < settings.connections) stores.push(await cluster.connect(signal));

    const acknowledgements = new Acknowledgements();
    const over = new AbortController();
    const writing = write(settings, stores, acknowledgements, over.signal);
    onEnd(async () => {
      over.abort();
      await writing;
    });
    const { runs, quietLongestMs } = await strikeAll(settings.runs, { cluster, acknowledgements, signal }, onRun);
    over.abort();
    return { runs, quietLongestMs, writes: await writing };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

/** Writes until it is over; tells of each acknowledgement. */
async function write(
  settings: FailoverSettings,
  stores: readonly Store[],
  acknowledgements: Acknowledgements,
  over: AbortSignal,
): Promise<OperationResult> {
  const { callers, keys: count, valueBytes } = settings;
  const keys = new BenchKeys({ keys: count, prefix: '/bench/', size: valueBytes });
  const put = async (caller: number): Promise<void> => {
    const beginMs = performance.now();
    await stores[caller % stores.length]?.put(keys.any(), keys.value);
    acknowledgements.add(beginMs);
  };
  const { operations } = await runLoad({
    operations: [{ name: 'put', weight: 1, call: put }],
    callers,
    warmUpMs: 0,
    measuredMs: Number.POSITIVE_INFINITY,
    ratePerSecond: null,
    signal: over,
  });
  const writes = operations.get('put');
  if (writes === undefined) throw new CommandFailure('nothing was written');
  return writes;
}

async function strikeAll(
  count: number,
  running: Running,
  onRun: (run: FailoverRun, number: number) => void,
): Promise<Omit<FailoverResult, 'writes'>> {
  const { cluster, acknowledgements, signal } = running;
  const runs: FailoverRun[] = [];
  const quiet: number[] = [];
  await cluster.whole(signal);
  while (runs.length < count) {
    acknowledgements.forget();
    await after(settleMs * (1 + Math.random()), undefined, { signal });
    quiet.push(acknowledgements.longestMs);
    const run = await strikeOnce(running);
    runs.push(run);
    onRun(run, runs.length);
  }
  return { runs, quietLongestMs: Math.max(...quiet) };
}

async function strikeOnce({ cluster, acknowledgements, signal }: Running): Promise<FailoverRun> {
  const leader = await cluster.whole(signal);
  acknowledgements.forget();
  await cluster.strike(leader);
  // What was begun before may have been answered by the one that is gone.
  const struckMs = performance.now();
  if (!(await acknowledgements.isBeyond(struckMs, resumeTimeoutMs, signal))) {
    throw new CommandFailure(`no write was acknowledged for ${resumeTimeoutMs / 1_000} s after ${leader} was struck`);
  }
  await after(settleMs, undefined, { signal });
  await cluster.bringBack(leader);
  const nextLeader = await cluster.whole(signal);
  return { leader, nextLeader, longestMs: acknowledgements.longestMs };
}
