import type { Command } from 'commander';
import { counter } from '../../options/option-values.ts';
import { ownerOf, ownerOption } from '../../options/request-options.ts';
import { say, writeLine } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate lease revoke`: ends a lease. */
export function addRevoke(lease: Command): void {
  const command = lease
    .command('revoke')
    .summary('end a lease, and remove its keys')
    .description("Ends a lease, and prints the store's revision after its keys were removed.")
    .argument('<lease>', 'its id', counter(1n))
    .addOption(ownerOption('whose lease it is, if it has an owner: quorate lease shows that'));
  addStoreOptions(command).action((id: bigint) => revoke(command, id));
  addExamples(command, [['quorate lease revoke 17', 'its keys are gone']]);
}

async function revoke(command: Command, id: bigint): Promise<void> {
  await withStore(command, async (store) => {
    const { revision, deleted } = await store.leases.revoke(id, ownerOf(command.opts()));
    say(`quorate: removed ${deleted} ${deleted === 1 ? 'key' : 'keys'}`);
    await writeLine(String(revision));
  });
}
