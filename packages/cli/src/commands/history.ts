import { type AttributedChange, keyChangeToJson, type Store } from '@quorate/client';
import { checkKey } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { counter, integer } from '../options/option-values.ts';
import {
  addConsistencyOptions,
  type ConsistencyFlags,
  consistencyOf,
  jsonOption,
  nodeOf,
  nodeOption,
} from '../options/request-options.ts';
import { write, writeLine } from '../output/output.ts';
import { escaped, previewOf } from '../output/preview.ts';
import { Table } from '../output/table.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface HistoryFlags extends ConsistencyFlags {
  readonly limit?: number;
  readonly before?: bigint;
  readonly node?: string;
  readonly json?: boolean;
}

/** `quorate history`: what became of a key. */
export function addHistory(program: Command): void {
  const command = program
    .command('history')
    .summary('show what became of a key')
    .description(
      'Prints the changes of a key, the newest first, as far back as history is kept: revision, time, who wrote it by its own account, and value.',
    )
    .argument('<key>')
    .addOption(new Option('--limit <number>', 'at most so many changes').argParser(integer(1)))
    .addOption(new Option('--before <revision>', 'only changes of earlier revisions').argParser(counter(1n)))
    .addOption(jsonOption())
    .addOption(nodeOption());
  addStoreOptions(addConsistencyOptions(command)).action((key: string) => history(command, key));
  addExamples(command, [
    ['quorate history /app/db/url', 'all that is kept'],
    ['quorate history /app/db/url --limit 1 --json', 'the last change'],
    ['quorate get /app/db/url --revision 41', 'what was there then'],
  ]);
}

async function history(command: Command, key: string): Promise<void> {
  const flags = command.opts<HistoryFlags>();
  checkKey(key);
  await withStore(command, async (store) => {
    const changes = changesOf(store, key, flags);
    return flags.json === true ? writeJson(changes) : writeTable(changes);
  });
}

/** The changes, and no more than were asked for. */
async function* changesOf(store: Store, key: string, flags: HistoryFlags): AsyncGenerator<AttributedChange, undefined> {
  const { before, limit = Number.POSITIVE_INFINITY } = flags;
  const range = before === undefined ? {} : { before };
  let left = limit;
  const pageLimit = Math.min(limit, 100);
  for await (const change of store.history(key, { ...range, pageLimit, ...nodeOf(flags), ...consistencyOf(flags) })) {
    yield change;
    left -= 1;
    if (left === 0) return;
  }
}

/** One array, a change a line. */
async function writeJson(changes: AsyncIterable<AttributedChange>): Promise<void> {
  let separator = '[';
  for await (const change of changes) {
    await write(`${separator}\n${JSON.stringify(keyChangeToJson(change))}`);
    separator = ',';
  }
  await writeLine(separator === '[' ? '[]' : '\n]');
}

async function writeTable(changes: AsyncIterable<AttributedChange>): Promise<void> {
  const table = new Table([
    { title: 'REVISION', align: 'right' },
    { title: 'TIME' },
    { title: 'CLIENT' },
    { title: 'VERSION', align: 'right' },
    { title: 'VALUE' },
  ]);
  let head = '';
  for await (const change of changes) {
    const lines = table.lines([rowOf(change)]);
    if (head === '') await writeLine(table.head());
    head = 'written';
    await write(lines.map((line) => `${line}\n`).join(''));
  }
}

function rowOf(change: AttributedChange): readonly string[] {
  const { time } = keyChangeToJson(change);
  const at = [String(change.revision), time, change.client === null ? '-' : escaped(change.client)];
  if (change.op === 'delete') return [...at, '', '(deleted)'];
  return [...at, String(change.version), change.value === null ? '(not kept)' : previewOf(change.value)];
}
