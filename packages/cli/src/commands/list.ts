import { type Entry, type EntryPage, entryAsReadToJson, type Store } from '@quorate/client';
import { checkPrefix } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { integer } from '../options/option-values.ts';
import {
  addConsistencyOptions,
  type ConsistencyFlags,
  consistencyOf,
  jsonOption,
  minRevisionOf,
  minRevisionOption,
  nodeOf,
  nodeOption,
} from '../options/request-options.ts';
import { write, writeLine } from '../output/output.ts';
import { escaped, previewOf } from '../output/preview.ts';
import { Table } from '../output/table.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface ListFlags extends ConsistencyFlags {
  readonly minRevision?: bigint;
  readonly limit?: number;
  readonly keysOnly?: boolean;
  readonly node?: string;
  readonly json?: boolean;
}

const largestPage = 1_000;

/** `quorate list`: the keys that begin with a prefix. */
export function addList(program: Command): void {
  const command = program
    .command('list')
    .summary('list keys by prefix')
    .description(
      'Lists keys in the order of their bytes, with their values. It asks page by page, so that no list is too long.',
    )
    .argument('[prefix]', 'what the keys begin with; all keys if not given', '')
    .addOption(new Option('--limit <number>', 'at most so many keys').argParser(integer(1)))
    .addOption(new Option('--keys-only', 'without values, a key a line'))
    .addOption(jsonOption())
    .addOption(nodeOption());
  addStoreOptions(addConsistencyOptions(command).addOption(minRevisionOption())).action((prefix: string) =>
    list(command, prefix),
  );
  addExamples(command, [
    ['quorate list /app/', 'keys and values, cut where they are long'],
    ['quorate list /app/ --keys-only | wc -l', 'how many'],
    ['quorate list /app/ --json', 'an array; whole values, and the revision that they were read at'],
  ]);
}

async function list(command: Command, prefix: string): Promise<void> {
  const flags = command.opts<ListFlags>();
  checkPrefix(prefix);
  await withStore(command, async (store) => {
    const pages = pagesOf(store, prefix, flags);
    if (flags.json === true) return writeJson(pages, flags.keysOnly === true);
    if (flags.keysOnly === true) return writeKeys(pages);
    return writeTable(pages);
  });
}

/** The pages of the list, and no more entries than were asked for. */
async function* pagesOf(store: Store, prefix: string, flags: ListFlags): AsyncGenerator<EntryPage> {
  let left = flags.limit ?? Number.POSITIVE_INFINITY;
  const pageLimit = Math.min(left, largestPage);
  for await (const page of store
    .list({ prefix, pageLimit, ...nodeOf(flags), ...consistencyOf(flags), ...minRevisionOf(flags) })
    .pages()) {
    yield { ...page, entries: page.entries.slice(0, left) };
    left -= page.entries.length;
    if (left <= 0) return;
  }
}

/** One array, an entry a line. */
async function writeJson(pages: AsyncIterable<EntryPage>, keysOnly: boolean): Promise<void> {
  let separator = '[';
  for await (const page of pages) {
    for (const entry of page.entries) {
      await write(`${separator}\n${JSON.stringify(keysOnly ? entry.key : entryAsReadToJson(entry, page))}`);
      separator = ',';
    }
  }
  await writeLine(separator === '[' ? '[]' : '\n]');
}

async function writeKeys(pages: AsyncIterable<EntryPage>): Promise<void> {
  for await (const { entries } of pages) await write(entries.map(({ key }) => `${key}\n`).join(''));
}

async function writeTable(pages: AsyncIterable<EntryPage>): Promise<void> {
  const table = new Table([{ title: 'KEY' }, { title: 'REVISION', align: 'right' }, { title: 'VALUE' }]);
  let isFirst = true;
  for await (const { entries } of pages) {
    const lines = table.lines(entries.map(rowOf));
    if (isFirst && lines.length > 0) await writeLine(table.head());
    isFirst = false;
    await write(lines.map((line) => `${line}\n`).join(''));
  }
}

const rowOf = ({ key, value, modRevision }: Entry): readonly string[] => [
  escaped(key),
  String(modRevision),
  previewOf(value),
];
