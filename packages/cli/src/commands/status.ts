import { type ClusterStatus, clusterStatusToJson } from '@quorate/client';
import type { Command } from 'commander';
import { CommandFailure } from '../command-error.ts';
import type { GroupFlags } from '../options/group-options.ts';
import { jsonOption, nodeOption } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { statusLines } from '../output/status-text.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface StatusFlags extends GroupFlags {
  readonly node?: string;
  readonly json?: boolean;
}

/** `quorate status`: how every node stands. */
export function addStatus(program: Command): void {
  const command = program
    .command('status')
    .summary('show how every node stands')
    .description('Shows the leader, and each node by its own account. LAG and ROUND TRIP are what the leader measures.')
    .addOption(jsonOption())
    .addOption(nodeOption());
  addStoreOptions(command).action(() => status(command));
  addExamples(command, [
    ['quorate status', 'a table'],
    ['quorate status --json | jq -r .leader', 'who leads; null if nobody does'],
  ]);
}

async function status(command: Command): Promise<void> {
  const flags = command.opts<StatusFlags>();
  await withStore(command, async (store) => {
    const all = await store.status();
    const shown = flags.node === undefined ? all : onlyNode(all, flags.node);
    if (flags.json === true) return writeLine(JSON.stringify(clusterStatusToJson(shown)));
    for (const line of statusLines(shown, flags)) await writeLine(line);
  });
}

function onlyNode(status: ClusterStatus, id: string): ClusterStatus {
  const nodes = status.nodes.filter((node) => node.id === id);
  if (nodes.length === 0) throw new CommandFailure(`node ${id} does not answer`);
  return { leader: status.leader, nodes };
}
