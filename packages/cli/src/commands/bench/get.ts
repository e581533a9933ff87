import type { LoadOptions, LoadResult, Operation } from '@quorate/load';
import type { Command } from 'commander';
import { NatsError } from 'nats';
import { BareRequests } from '../../bench/bare-requests.ts';
import { BenchKeys } from '../../bench/bench-keys.ts';
import { interleavedLoads } from '../../bench/interleaved-loads.ts';
import { addLoadOptions, type LoadFlags, loadTimes } from '../../bench/load-options.ts';
import { measureLoad } from '../../bench/measure-load.ts';
import { type LoadReport, printLoad } from '../../bench/print-load.ts';
import { readSizes } from '../../bench/read-sizes.ts';
import { type Stores, withStores } from '../../bench/with-stores.ts';
import { lineOf } from '../../command-outcome.ts';
import type { GroupFlags } from '../../options/group-options.ts';
import { natsSettings } from '../../options/nats-options.ts';
import { addConsistencyOptions, type ConsistencyFlags, consistencyOf } from '../../options/request-options.ts';
import { say } from '../../output/output.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addStoreOptions } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

interface GetFlags extends LoadFlags, GroupFlags, ConsistencyFlags {
  readonly timeout: number;
}

/** `quorate bench get`: reads, beside what NATS alone takes. */
export function addBenchGet(bench: Command): void {
  const command = bench
    .command('get')
    .summary('measure reads, beside what NATS alone takes')
    .description(
      'Writes all keys once, then reads them; it leaves them there. In turns of a second it also measures requests and replies of the same size that another process answers, over NATS and without any store.',
    );
  addStoreOptions(addConsistencyOptions(addLoadOptions(command))).action(() => benchGet(command));
  addExamples(command, [
    ['quorate bench get', '256 callers over 8 connections'],
    ['quorate bench get --callers 1 --connections 1', 'one read after the other'],
    ['quorate bench get --consistency local', 'reads that ask no leader'],
  ]);
}

async function benchGet(command: Command): Promise<void> {
  const flags = command.opts<GetFlags>();
  const keys = new BenchKeys(flags);
  await untilInterrupted('nothing was measured', (signal) =>
    withStores(command, flags.connections, signal, async (stores) => {
      await keys.write(stores.first, signal);
      const bare = await startBareRequests(command, flags, keys.any());
      try {
        await printLoad(flags, await measure(flags, keys, stores, bare, signal));
      } finally {
        await bare?.close();
      }
    }),
  );
}

/** Null, and said so, if NATS does not let them through: clients may have no other subjects than those of the cluster. */
async function startBareRequests(command: Command, flags: GetFlags, key: string): Promise<BareRequests | null> {
  const { cluster, group, connections, timeout: timeoutMs } = flags;
  const nats = natsSettings(command);
  const sizes = await readSizes({ nats, cluster, group, key, timeoutMs });
  try {
    return await BareRequests.start({ nats, connections, timeoutMs, ...sizes });
  } catch (error) {
    if (!(error instanceof NatsError)) throw error;
    say(lineOf(`NATS alone is not measured: bare requests do not get through with these credentials (${error.code})`));
    return null;
  }
}

async function measure(
  flags: GetFlags,
  keys: BenchKeys,
  stores: Stores,
  bare: BareRequests | null,
  signal: AbortSignal,
): Promise<LoadReport> {
  const read = consistencyOf(flags);
  const load = (call: Operation['call'], name: string): LoadOptions => ({
    operations: [{ name, weight: 1, call }],
    ...loadTimes(flags),
    signal,
  });
  const gets = load((caller) => stores.of(caller).get(keys.any(), read), 'get');
  const settings = { ...read };
  const words = [`${flags.consistency ?? 'linearizable'} reads`];
  if (bare === null) return { result: await measureLoad('get', gets), settings, words, fields: {}, remarks: [] };

  const { requestBytes, replyBytes } = bare;
  const loads = [gets, load((caller) => bare.call(caller), 'nats')] as const;
  const [result, bareResult] = await interleavedLoads(
    { name: 'get', options: loads[0] },
    { name: 'nats', options: loads[1] },
  );
  const ratioOfMedians = medianOf(result, 'get') / medianOf(bareResult, 'nats');
  return {
    result: { seconds: result.seconds, operations: new Map([...result.operations, ...bareResult.operations]) },
    settings: { ...settings, requestBytes, replyBytes },
    words,
    fields: { ratioOfMedians: Number(ratioOfMedians.toFixed(3)) },
    remarks: [
      '',
      `nats: requests of ${requestBytes} bytes and replies of ${replyBytes}, as a get has, which another process answers.`,
      `At the median a get takes ${ratioOfMedians.toFixed(2)} times as long.`,
    ],
  };
}

const medianOf = ({ operations }: LoadResult, name: string): number =>
  operations.get(name)?.latencies.quantileMs(0.5) ?? Number.NaN;
