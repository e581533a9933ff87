import { formCluster } from '@quorate/client';
import { type Command, Option } from 'commander';
import { names } from '../options/option-values.ts';
import { say, writeLine } from '../output/output.ts';
import { addStoreOptions, connectOptions } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface FormFlags {
  readonly voters: readonly string[];
}

/** `quorate form`: makes a cluster of nodes that are in none. */
export function addForm(program: Command): void {
  const command = program
    .command('form')
    .summary('form a cluster, once')
    .description(
      "Makes a cluster of running nodes that are in none, and prints its id. It is refused where a listed node is missing, or any node of the cluster's name has been formed.",
    )
    .addOption(
      new Option('--voters <ids>', "the nodes' ids, with commas between").makeOptionMandatory().argParser(names),
    );
  addStoreOptions(command).action(() => form(command));
  addExamples(command, [['quorate form --voters n1,n2,n3', 'three nodes; two of them are a majority']]);
}

async function form(command: Command): Promise<void> {
  const { voters } = command.opts<FormFlags>();
  const { clusterId, unacknowledged } = await formCluster({ ...connectOptions(command), voters });
  if (unacknowledged.length > 0) {
    say(`quorate: ${unacknowledged.join(', ')} did not acknowledge yet; the others hand it on`);
  }
  await writeLine(clusterId);
}
