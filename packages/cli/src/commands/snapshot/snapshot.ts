import type { Command } from 'commander';
import { addExamples } from '../examples.ts';
import { addHelp } from '../help.ts';
import { addCheck } from './check.ts';
import { addRestore } from './restore.ts';
import { addSave } from './save.ts';
import { addTake } from './take.ts';

/** `quorate snapshot`: what nodes keep, and files from which a cluster is restored. */
export function addSnapshot(program: Command): void {
  const command = program
    .command('snapshot')
    .summary('take, save and restore snapshots')
    .description(
      'Has the members take a snapshot now, saves one as a file while the cluster goes on, or forms a new cluster from such a file.',
    );
  for (const add of [addTake, addSave, addRestore, addCheck, addHelp]) add(command);
  addExamples(command, [
    ['quorate snapshot', 'every member takes one; their logs can begin later'],
    ['quorate snapshot save main.snapshot', 'a back-up'],
    ['quorate snapshot check main.snapshot', 'is it whole, and what is in it'],
    ['quorate snapshot restore main.snapshot --voters n1,n2,n3', 'into nodes that are in no cluster'],
  ]);
}
