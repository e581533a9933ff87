import { type Store, type Watch, type WatchedChange, type WatchOptions, watchedChangeToJson } from '@quorate/client';
import { type Command, Option } from 'commander';
import { UsageError } from '../command-error.ts';
import { counter, integer } from '../options/option-values.ts';
import { jsonOption } from '../options/request-options.ts';
import { write, writeLine } from '../output/output.ts';
import { escaped, previewOf } from '../output/preview.ts';
import { Table } from '../output/table.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface WatchFlags {
  readonly prefix?: string;
  readonly fromRevision?: bigint;
  readonly filter?: 'put' | 'delete';
  readonly previous?: boolean;
  readonly count?: number;
  readonly json?: boolean;
}

/** `quorate watch`: the changes of keys, as they come. */
export function addWatch(program: Command): void {
  const command = program
    .command('watch')
    .summary('follow the changes of keys')
    .description(
      'Prints the changes of a key, or of all that begin with a prefix, each once and in order, until it is interrupted. Another node goes on when the one that gives them is gone.',
    )
    .argument('[key]', 'one key; all keys if neither this nor --prefix is given')
    .addOption(new Option('--prefix <prefix>', 'all keys that begin with this'))
    .addOption(
      new Option('--from-revision <number>', 'the first revision; what comes from now on if not given').argParser(
        counter(1n),
      ),
    )
    .addOption(new Option('--filter <kind>', 'only changes of this kind').choices(['put', 'delete']))
    .addOption(new Option('--previous', 'with what was there before'))
    .addOption(new Option('--count <number>', 'end after so many changes').argParser(integer(1)))
    .addOption(jsonOption());
  addStoreOptions(command).action((key: string | undefined) => watch(command, key));
  addExamples(command, [
    ['quorate watch /app/db/url', 'one key'],
    ['quorate watch --prefix /app/ --from-revision 42', 'what was changed since, and what comes'],
    ['quorate watch --prefix /app/ --previous --json', 'an object a line, with what was there before'],
  ]);
}

async function watch(command: Command, key: string | undefined): Promise<void> {
  const flags = command.opts<WatchFlags>();
  if (key !== undefined && flags.prefix !== undefined) throw new UsageError('a key does not go with --prefix');
  const interrupted = new AbortController();
  const interrupt = (): void => interrupted.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await withStore(command, async (store) => {
      const print = flags.json === true ? writeJson : rowWriter(flags.previous === true);
      let left = flags.count ?? Number.POSITIVE_INFINITY;
      for await (const change of changesOf(store, key, flags, interrupted.signal)) {
        await print(change);
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

function changesOf(store: Store, key: string | undefined, flags: WatchFlags, signal: AbortSignal): Watch {
  const { prefix, fromRevision, filter, previous } = flags;
  const options: WatchOptions = {
    signal,
    ...(key === undefined ? {} : { key }),
    ...(prefix === undefined ? {} : { prefix }),
    ...(fromRevision === undefined ? {} : { fromRevision }),
    ...(filter === undefined ? {} : { filter }),
    ...(previous === undefined ? {} : { previous }),
  };
  return store.watch(options);
}

const writeJson = (change: WatchedChange): Promise<void> => writeLine(JSON.stringify(watchedChangeToJson(change)));

function rowWriter(withPrevious: boolean): (change: WatchedChange) => Promise<void> {
  const table = new Table([
    { title: 'REVISION', align: 'right' },
    { title: 'TIME                       ' },
    { title: 'KEY' },
    { title: 'VALUE' },
    ...(withPrevious ? [{ title: 'BEFORE' }] : []),
  ]);
  let head = `${table.head()}\n`;
  return async (change) => {
    const before = withPrevious ? [previousText(change)] : [];
    await write(`${head}${table.lines([[...rowOf(change), ...before]]).join('\n')}\n`);
    head = '';
  };
}

function rowOf(change: WatchedChange): readonly string[] {
  const { time } = watchedChangeToJson(change);
  return [String(change.revision), time, escaped(change.key), valueText(change)];
}

function valueText(change: WatchedChange): string {
  if (change.op === 'delete') return '(deleted)';
  return change.value === null ? '(not kept)' : previewOf(change.value);
}

function previousText({ previous, previousOmitted }: WatchedChange): string {
  if (previousOmitted) return '(left out)';
  return previous === null ? '(nothing)' : previewOf(previous.value);
}
