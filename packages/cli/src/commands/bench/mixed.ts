import { type Command, Option } from 'commander';
import { BenchKeys } from '../../bench/bench-keys.ts';
import { addLoadOptions, type LoadFlags, loadTimes } from '../../bench/load-options.ts';
import { measureLoad } from '../../bench/measure-load.ts';
import { printLoad } from '../../bench/print-load.ts';
import { withStores } from '../../bench/with-stores.ts';
import { integer } from '../../options/option-values.ts';
import { addConsistencyOptions, type ConsistencyFlags, consistencyOf } from '../../options/request-options.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addStoreOptions } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

interface MixedFlags extends LoadFlags, ConsistencyFlags {
  readonly reads: number;
}

/** `quorate bench mixed`: reads beside writes. */
export function addBenchMixed(bench: Command): void {
  const command = bench
    .command('mixed')
    .summary('measure reads beside writes')
    .description('Writes all keys once, then reads and writes them. It leaves them there.')
    .addOption(
      new Option('--reads <percent>', 'how many of a hundred calls read').default(90).argParser(integer(1, 99)),
    );
  addStoreOptions(addConsistencyOptions(addLoadOptions(command))).action(() => benchMixed(command));
  addExamples(command, [
    ['quorate bench mixed', 'nine reads for each write'],
    ['quorate bench mixed --reads 50 --rate 5000', 'at a rate'],
  ]);
}

async function benchMixed(command: Command): Promise<void> {
  const flags = command.opts<MixedFlags>();
  const keys = new BenchKeys(flags);
  const read = consistencyOf(flags);
  await untilInterrupted('nothing was measured', (signal) =>
    withStores(command, flags.connections, signal, async (stores) => {
      await keys.write(stores.first, signal);
      const result = await measureLoad('mixed', {
        operations: [
          { name: 'get', weight: flags.reads, call: (caller) => stores.of(caller).get(keys.any(), read) },
          { name: 'put', weight: 100 - flags.reads, call: (caller) => stores.of(caller).put(keys.any(), keys.value) },
        ],
        ...loadTimes(flags),
        signal,
      });
      const settings = { readPercent: flags.reads, ...read };
      const words = [`${flags.reads} % ${flags.consistency ?? 'linearizable'} reads`];
      await printLoad(flags, { result, settings, words, fields: {}, remarks: [] });
    }),
  );
}
