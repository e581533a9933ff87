import { type Command, Option } from 'commander';
import { clusterOption, type GroupFlags } from '../options/group-options.ts';
import { names } from '../options/option-values.ts';
import { write } from '../output/output.ts';
import { permissionsBlock } from '../permissions/permissions-block.ts';
import { addExamples } from './examples.ts';

interface PermissionsFlags extends Pick<GroupFlags, 'cluster'> {
  readonly nodes: readonly string[];
}

/** `quorate permissions`: what nats-server is to let nodes and clients do. */
export function addPermissions(program: Command): void {
  const command = program
    .command('permissions')
    .summary("print the permissions for nats-server's configuration")
    .description(
      "Prints a block for nats-server's configuration: each node may speak under its own name only, and clients may not speak as nodes. Passwords come from nats-server's environment.",
    )
    .addOption(
      new Option('--nodes <ids>', "the nodes' ids, with commas between")
        .default(['n1', 'n2', 'n3'], 'n1,n2,n3')
        .argParser(names),
    )
    .addOption(clusterOption());
  command.action(async () => {
    const { cluster, nodes } = command.opts<PermissionsFlags>();
    await write(permissionsBlock(cluster, nodes));
  });
  addExamples(command, [
    ['quorate permissions > quorate.conf', 'then, in nats-server.conf: include ./quorate.conf'],
    ['quorate permissions --nodes a,b,c --cluster blue', 'other names'],
  ]);
}
