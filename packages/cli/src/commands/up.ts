import { type Command, Option } from 'commander';
import { addGroupOptions, type GroupFlags } from '../options/group-options.ts';
import { addNatsOptions, namesNats, natsSettings } from '../options/nats-options.ts';
import { addNodeTuning, nodeTuning } from '../options/node-options.ts';
import { integer } from '../options/option-values.ts';
import { runUp } from '../up/run-up.ts';
import { addExamples } from './examples.ts';

interface UpFlags extends GroupFlags {
  readonly nodes: number;
  readonly data: string;
  readonly port: number;
  readonly restart?: boolean;
  readonly verbose?: boolean;
}

/** `quorate up`: a cluster on this machine. */
export function addUp(program: Command): void {
  const command = program
    .command('up')
    .summary('run a cluster on this machine')
    .description(
      'Runs a cluster on this machine, a process a node, until it is interrupted. Without --nats it brings a broker of its own, on loopback, for trying and testing. Started again, it finds the data again.',
    )
    .addOption(new Option('--nodes <number>', 'how many').env('QUORATE_NODES').default(3).argParser(integer(1, 64)))
    .addOption(
      new Option('--data <folder>', 'holds a folder and a log file for each node')
        .env('QUORATE_DATA')
        .default('.quorate'),
    )
    .addOption(
      new Option('--port <number>', "the embedded broker's; 0 for a free one")
        .env('QUORATE_PORT')
        .default(4222)
        .argParser(integer(0, 65_535)),
    )
    .addOption(new Option('--restart', 'start a node again when it has died').env('QUORATE_RESTART'))
    .addOption(new Option('--verbose', "the nodes' logs on standard error, not in files").env('QUORATE_VERBOSE'));
  addNodeTuning(addGroupOptions(command));
  addNatsOptions(command, 'a NATS that runs already (default: NATS_URL, or the embedded broker)');
  command.action(() => up(command));
  addExamples(command, [
    ['quorate up', 'three nodes'],
    ['quorate up --nodes 5 --restart', 'five, and a dead one is started again'],
    ['quorate up --nats nats://127.0.0.1:4222', 'on your own NATS'],
    ['quorate up --port 5222', 'beside a NATS that has port 4222'],
  ]);
}

async function up(command: Command): Promise<void> {
  const flags = command.opts<UpFlags>();
  await runUp({
    nodes: flags.nodes,
    cluster: flags.cluster,
    group: flags.group,
    dataDir: flags.data,
    nats: namesNats(command) ? natsSettings(command) : null,
    port: flags.port,
    restart: flags.restart === true,
    verbose: flags.verbose === true,
    tuning: nodeTuning(command),
  });
}
