import type { NodeSettings } from '@quorate/node';
import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { connectionOptions } from '../options/connection-options.ts';
import { addGroupOptions, type GroupFlags } from '../options/group-options.ts';
import { addNatsOptions, natsSettings } from '../options/nats-options.ts';
import { defaultServer } from '../options/nats-settings.ts';
import { addNodeTuning, nodeTuning } from '../options/node-options.ts';
import { name } from '../options/option-values.ts';
import { endWithParent, tellParent } from '../parent-process.ts';
import { addExamples } from './examples.ts';

interface NodeFlags extends GroupFlags {
  readonly id: string;
  readonly data: string;
}

/** `quorate node`: one node, in this process. */
export function addNode(program: Command): void {
  const command = program
    .command('node')
    .summary('run one node')
    .description(
      'Runs one node until it is told to end. It belongs to no cluster until it is named in quorate form. Its log is JSON on standard output.',
    )
    .addOption(
      new Option('--id <id>', 'unique in the cluster, for ever')
        .env('QUORATE_ID')
        .argParser(name)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--data <folder>', "the node's own folder; made if it does not exist")
        .env('QUORATE_DATA')
        .makeOptionMandatory(),
    );
  addNodeTuning(addGroupOptions(command));
  addNatsOptions(command, `NATS servers, with commas between (default: NATS_URL, or ${defaultServer})`);
  command.action(() => node(command));
  addExamples(command, [
    ['quorate node --id n1 --data /var/lib/quorate/n1', 'on the NATS of this machine'],
    ['NATS_PASSWORD=… quorate node --id n1 --data n1 --user n1', 'as a user'],
  ]);
}

async function node(command: Command): Promise<void> {
  const flags = command.opts<NodeFlags>();
  const nats = connectionOptions(natsSettings(command));
  // What is needed for one command in ten is not loaded for all.
  const { defaultNodeSettings, runNode } = await import('@quorate/node');
  const settings: NodeSettings = {
    ...defaultNodeSettings,
    ...nodeTuning(command),
    id: flags.id,
    cluster: flags.cluster,
    group: flags.group,
    dataDir: flags.data,
    nats,
  };

  const leaveParent = endWithParent();
  try {
    process.exitCode = await runNode(settings, {
      onReady: () => tellParent({ kind: 'ready' }),
      onDamage: (finding) => tellParent({ kind: 'damage', finding }),
    });
  } catch (error) {
    // Nothing but the settings and the folder that they name can keep a node from beginning.
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  } finally {
    leaveParent();
  }
}
