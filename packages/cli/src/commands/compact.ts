import { type Command, Option } from 'commander';
import { counter } from '../options/option-values.ts';
import { nodeOf, nodeOption, revisionOf } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface CompactFlags {
  readonly revision?: bigint;
  readonly node?: string;
}

/** `quorate compact`: forgets the past. */
export function addCompact(program: Command): void {
  const command = program
    .command('compact')
    .summary('forget history before a revision')
    .description(
      'Forgets what was before a revision, on all nodes, and prints the oldest revision that can be read from now on. Keys stay as they are. Without --revision it forgets what is beyond the retention, as happens with time by itself.',
    )
    .addOption(new Option('--revision <number>', 'the oldest revision that is to be readable').argParser(counter(1n)))
    .addOption(nodeOption());
  addStoreOptions(command).action(() => compact(command));
  addExamples(command, [
    ['quorate compact', 'what is beyond the retention'],
    ['quorate compact --revision 1000', 'all that was before revision 1000'],
  ]);
}

async function compact(command: Command): Promise<void> {
  const flags = command.opts<CompactFlags>();
  await withStore(command, async (store) => {
    const { oldestRevision } = await store.compact({ ...revisionOf(flags), ...nodeOf(flags) });
    await writeLine(String(oldestRevision));
  });
}
