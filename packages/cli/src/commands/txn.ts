import { type Fence, transactionResultToJson } from '@quorate/client';
import type { Command } from 'commander';
import { fenceOf, fenceOption, nodeOf, nodeOption } from '../options/request-options.ts';
import { writeLine } from '../output/output.ts';
import { readTransaction } from '../read-transaction.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

/** `quorate txn`: several things at one revision. */
export function addTxn(program: Command): void {
  const command = program
    .command('txn')
    .summary('do several things at one revision, if what is compared holds')
    .description(
      'Does a transaction that stands in a file, as JSON or YAML: if all of compare holds, all of then, else all of else. Prints what came of it, as JSON: succeeded says which of the two it was.',
    )
    .argument('[file]', '- for standard input', '-')
    .addOption(fenceOption())
    .addOption(nodeOption());
  addStoreOptions(command).action((file: string) => txn(command, file));
  addExamples(command, [
    ['quorate txn deploy.yaml', 'a file'],
    [`echo '{"then":[{"op":"delete","prefix":"/old/"}]}' | quorate txn`, 'standard input'],
    [
      `echo '{"compare":[{"key":"/a","version":0}],"then":[{"op":"put","key":"/a","value":"1"}]}' | quorate txn`,
      'only if there is no such key',
    ],
  ]);
}

async function txn(command: Command, file: string): Promise<void> {
  const flags = command.opts<{ readonly node?: string; readonly fence?: Fence }>();
  const transaction = await readTransaction(file);
  await withStore(command, async (store) => {
    const result = await store.txn(transaction, { ...nodeOf(flags), ...fenceOf(flags) });
    await writeLine(JSON.stringify(transactionResultToJson(result)));
  });
}
