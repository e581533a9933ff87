import { type CommittedEntry, Compacted, committedEntryToJson, type Store } from '@quorate/client';
import { type Command, Option } from 'commander';
import { counter, integer } from '../options/option-values.ts';
import { jsonOption } from '../options/request-options.ts';
import { committedColumns, committedRow } from '../output/committed-line.ts';
import { write, writeLine } from '../output/output.ts';
import { Table } from '../output/table.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface TailFlags {
  readonly from?: bigint;
  readonly count?: number;
  readonly json?: boolean;
}

/** `quorate tail`: the committed entries, as they come. */
export function addTail(program: Command): void {
  const command = program
    .command('tail')
    .summary('follow the committed entries')
    .description('Prints every committed entry of the log, each once and in order, until it is interrupted.')
    .addOption(
      new Option('--from <index>', 'the first index; the first that is kept if not given').argParser(counter(1n)),
    )
    .addOption(new Option('--count <number>', 'end after so many entries').argParser(integer(1)))
    .addOption(jsonOption());
  addStoreOptions(command).action(() => tail(command));
  addExamples(command, [
    ['quorate tail', 'all that is kept, and what comes'],
    ['quorate tail --from 42 --json', 'an object a line'],
    ['quorate tail --from 42 --count 1', 'one entry'],
  ]);
}

async function tail(command: Command): Promise<void> {
  const flags = command.opts<TailFlags>();
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await withStore(command, async (store) => {
      const print = flags.json === true ? writeJson : rowWriter();
      let left = flags.count ?? Number.POSITIVE_INFINITY;
      for await (const entry of entriesOf(store, flags.from, interrupted.signal)) {
        await print(entry);
        left -= 1;
        if (left === 0) return;
      }
    });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** What is kept begins anywhere: only who asked for an index is told that it is gone. */
async function* entriesOf(store: Store, from: bigint | undefined, signal: AbortSignal): AsyncGenerator<CommittedEntry> {
  try {
    yield* store.committed({ fromIndex: from ?? 1n, signal });
  } catch (error) {
    if (from !== undefined || !(error instanceof Compacted)) throw error;
    yield* store.committed({ fromIndex: error.firstIndex, signal });
  }
}

const writeJson = (entry: CommittedEntry): Promise<void> => writeLine(JSON.stringify(committedEntryToJson(entry)));

function rowWriter(): (entry: CommittedEntry) => Promise<void> {
  const table = new Table(committedColumns);
  let head = `${table.head()}\n`;
  return async (entry) => {
    await write(`${head}${table.lines([committedRow(entry)]).join('\n')}\n`);
    head = '';
  };
}
