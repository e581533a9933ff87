import { MAX_VALUE_BYTES } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { printFailover } from '../../bench/failover/failover-report.ts';
import { type Fault, faults } from '../../bench/failover/failover-settings.ts';
import { type FailoverRun, runFailover } from '../../bench/failover/run-failover.ts';
import { addNatsOptions, namesNats, natsSettings } from '../../options/nats-options.ts';
import { addNodeTuning, nodeTuning } from '../../options/node-options.ts';
import { integer } from '../../options/option-values.ts';
import { jsonOption } from '../../options/request-options.ts';
import { StatusLine } from '../../output/status-line.ts';
import { untilInterrupted } from '../../until-interrupted.ts';
import { addExamples } from '../examples.ts';

interface FailoverFlags {
  readonly fault: Fault;
  readonly runs: number;
  readonly callers: number;
  readonly connections: number;
  readonly keys: number;
  readonly size: number;
  readonly data: string;
  readonly natsServer: string;
  readonly json?: boolean;
}

/** `quorate bench failover`: what the loss of a leader costs. */
export function addBenchFailover(bench: Command): void {
  const command = bench
    .command('failover')
    .summary('measure what the loss of a leader costs')
    .description(
      'Starts a cluster of three nodes on this machine and writes without a pause, while one leader after the other is lost and brought back. Shows for how long no write was acknowledged.',
    )
    .addOption(
      new Option('--fault <kind>', 'the leader gets SIGKILL, gets SIGSTOP, or is cut off from NATS')
        .choices(faults)
        .default('kill'),
    );
  const number = (flags: string, description: string, value: number, min: number, max: number) =>
    command.addOption(new Option(flags, description).default(value).argParser(integer(min, max)));
  number('--runs <number>', 'how many leaders are lost', 30, 1, 10_000);
  number('--callers <number>', 'how many write at once', 16, 1, 10_000);
  number('--connections <number>', 'how many connections they share', 4, 1, 1_000);
  number('--keys <number>', 'how many keys, chosen from at random', 10_000, 1, 10_000_000);
  number('--size <bytes>', 'the size of a value', 256, 0, MAX_VALUE_BYTES);
  command
    .addOption(new Option('--data <folder>', 'the nodes keep their data in a folder below, until the end').default('.'))
    .addOption(
      new Option('--nats-server <program>', 'the nats-server that is started unless --nats is given')
        .env('QUORATE_NATS_SERVER')
        .default('nats-server'),
    )
    .addOption(jsonOption());
  addNodeTuning(command);
  addNatsOptions(command, 'a NATS that runs already (default: NATS_URL, or a nats-server of its own)');
  command.action(() => benchFailover(command));
  addExamples(command, [
    ['quorate bench failover', '30 leaders killed'],
    ['quorate bench failover --fault pause --runs 10', '10 leaders stopped, and let go on'],
    ['quorate bench failover --fault cut --json', 'cut off from NATS, and mended'],
  ]);
}

async function benchFailover(command: Command): Promise<void> {
  const flags = command.opts<FailoverFlags>();
  const { fault, runs, callers, connections, keys, size, data, natsServer } = flags;
  const settings = {
    ...{ fault, runs, callers, connections, keys, valueBytes: size, dataDir: data, natsServer },
    nats: namesNats(command) ? natsSettings(command) : null,
    tuning: nodeTuning(command),
  };
  const line = new StatusLine();
  const onRun = ({ longestMs }: FailoverRun, number: number): void =>
    line.show(`${fault}, ${number} of ${runs}: ${longestMs.toFixed(0)} ms without an acknowledged write`);
  await untilInterrupted('nothing was measured', async (signal) => {
    line.show('starting a cluster');
    const result = await runFailover(settings, onRun, signal).finally(() => line.end());
    await printFailover(settings, result, flags.json === true);
  });
}
