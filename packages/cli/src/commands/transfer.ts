import type { Command } from 'commander';
import { name } from '../options/option-values.ts';
import { writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** `quorate transfer`: another leader. */
export function addTransfer(program: Command): void {
  const command = program
    .command('transfer')
    .summary('hand leadership over')
    .description(
      'Hands leadership to a voter that has the whole log, and prints who leads then. Writes wait meanwhile, for an election timeout at most. A node that is stopped with SIGTERM does this by itself.',
    )
    .argument('[node]', 'who is to lead; the voter that has most of the log if not given', name);
  addStoreOptions(command).action((node: string | undefined) => transfer(command, node));
  addExamples(command, [
    ['quorate transfer n2', 'to n2'],
    ['quorate transfer', 'to whoever is farthest'],
  ]);
}

async function transfer(command: Command, node: string | undefined): Promise<void> {
  await withStore(command, async (store) => {
    await writeLine(await store.transfer(node));
  });
}
