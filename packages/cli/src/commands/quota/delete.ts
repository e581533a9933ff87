import type { Command } from 'commander';
import { say } from '../../output/output.ts';
import { addStoreOptions, withStore } from '../../with-store.ts';
import { addExamples } from '../examples.ts';

/** `quorate quota delete`: ends a quota. */
export function addDelete(quota: Command): void {
  const command = quota
    .command('delete')
    .summary('end a quota')
    .description('Ends a quota; no key is removed.')
    .argument('<prefix>', 'of the quota: "" for that of all keys');
  addStoreOptions(command).action((prefix: string) => remove(command, prefix));
  addExamples(command, [['quorate quota delete /team-a/', 'as much as you like again']]);
}

async function remove(command: Command, prefix: string): Promise<void> {
  await withStore(command, async (store) => {
    const { deleted } = await store.quotas.delete(prefix);
    say(deleted ? 'quorate: the quota is gone' : 'quorate: there was none');
  });
}
