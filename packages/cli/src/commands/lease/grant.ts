import type { Command } from 'commander';
import { duration } from '../../options/option-values.ts';
import { ownerOf, ownerOption } from '../../options/request-options.ts';
import { writeLine } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate lease grant`: a lease more. */
export function addGrant(lease: Command): void {
  const command = lease
    .command('grant')
    .summary('grant a lease')
    .description('Grants a lease, and prints its id. It ends unless somebody keeps it alive.')
    .argument('<ttl>', 'how long it lasts unless it is kept alive: 10s, 5m; from 1s to 24h', duration)
    .addOption(ownerOption('who alone may keep it alive and revoke it; anybody if not given'));
  addStoreOptions(command).action((ttlMs: number) => grant(command, ttlMs));
  addExamples(command, [
    ['quorate lease grant 60s', 'a minute'],
    ['quorate lease grant 60s --owner "$(hostname)"', 'nobody else prolongs or ends it by mistake'],
  ]);
}

async function grant(command: Command, ttlMs: number): Promise<void> {
  await withStore(command, async (store) => {
    const { lease } = await store.leases.grant({ ttlMs, ...ownerOf(command.opts()) });
    await writeLine(String(lease));
  });
}
