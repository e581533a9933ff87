import { clusterMembersToJson } from '@quorate/client';
import type { Command } from 'commander';
import type { GroupFlags } from '../../options/group-options.ts';
import { jsonOption } from '../../options/request-options.ts';
import { membersLines } from '../../output/members-text.ts';
import { writeLine } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

interface ListFlags extends GroupFlags {
  readonly json?: boolean;
}

/** `quorate members list`, which `quorate members` alone is as well. */
export function addList(members: Command): void {
  const command = members
    .command('list', { isDefault: true })
    .summary('show who the members are')
    .description(
      'Shows each member: its role, the end of what it has of the log (MATCH), how many entries it lacks, when the leader heard of it, and what its failure detector makes of that (STAGE).',
    )
    .addOption(jsonOption());
  addStoreOptions(command).action(() => list(command));
  addExamples(command, [
    ['quorate members list', 'a table'],
    ["quorate members list --json | jq -r '.members[].id'", 'their ids'],
  ]);
}

async function list(command: Command): Promise<void> {
  const flags = command.opts<ListFlags>();
  await withStore(command, async (store) => {
    const all = await store.members();
    if (flags.json === true) return writeLine(JSON.stringify(clusterMembersToJson(all)));
    for (const line of membersLines(all, flags)) await writeLine(line);
  });
}
