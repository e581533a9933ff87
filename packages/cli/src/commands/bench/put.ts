import type { Command } from 'commander';
import { BenchKeys } from '../../bench/bench-keys.ts';
import { addLoadOptions, type LoadFlags, loadTimes } from '../../bench/load-options.ts';
import { measureLoad } from '../../bench/measure-load.ts';
import { printLoad } from '../../bench/print-load.ts';
import { withStores } from '../../bench/with-stores.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addStoreOptions } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate bench put`: writes. */
export function addBenchPut(bench: Command): void {
  const command = bench
    .command('put')
    .summary('measure writes')
    .description('Writes keys, over and over. It leaves them there.');
  addStoreOptions(addLoadOptions(command)).action(() => benchPut(command));
  addExamples(command, [
    ['quorate bench put', '256 callers over 8 connections'],
    ['quorate bench put --callers 1 --connections 1', 'one write after the other'],
    ['quorate bench put --rate 2000 --seconds 60', '2,000 writes a second for a minute'],
    ['quorate bench put --json | jq .operations.put.perSecond', 'one figure'],
  ]);
}

async function benchPut(command: Command): Promise<void> {
  const flags = command.opts<LoadFlags>();
  const keys = new BenchKeys(flags);
  await untilInterrupted('nothing was measured', (signal) =>
    withStores(command, flags.connections, signal, async (stores) => {
      const put = (caller: number) => stores.of(caller).put(keys.any(), keys.value);
      const result = await measureLoad('put', {
        operations: [{ name: 'put', weight: 1, call: put }],
        ...loadTimes(flags),
        signal,
      });
      await printLoad(flags, { result, settings: {}, words: [], fields: {}, remarks: [] });
    }),
  );
}
