import { type Entry, entryAsReadToJson, type List, type ListOptions, type Page } from '@quorate/client';
import { checkPrefix } from '@quorate/config-store';
import { type Command, Option } from 'commander';
import { integer } from '../options/option-values.ts';
import { addReadOptions, jsonOption, type ReadFlags, readOptionsOf } from '../options/request-options.ts';
import { write, writeLine } from '../output/output.ts';
import { escaped, previewOf } from '../output/preview.ts';
import { Table } from '../output/table.ts';
import { addStoreOptions, withStore } from '../with-store.ts';
import { addExamples } from './examples.ts';

interface ListFlags extends ReadFlags {
  readonly limit?: number;
  readonly keysOnly?: boolean;
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
    .addOption(jsonOption());
  addStoreOptions(addReadOptions(command)).action((prefix: string) => list(command, prefix));
  addExamples(command, [
    ['quorate list /app/', 'keys and values, cut where they are long'],
    ['quorate list /app/ --keys-only | wc -l', 'how many'],
    ['quorate list /app/ --json', 'an array; whole values, and the revision that they were read at'],
    ['quorate list /app/ --revision 41', 'as it was then'],
  ]);
}

async function list(command: Command, prefix: string): Promise<void> {
  const flags = command.opts<ListFlags>();
  checkPrefix(prefix);
  await withStore(command, async (store) => {
    const left = flags.limit ?? Number.POSITIVE_INFINITY;
    const options: ListOptions = { prefix, pageLimit: Math.min(left, largestPage), ...readOptionsOf(flags) };
    if (flags.keysOnly === true) {
      const keys = keysOf(pagesOf(store.keys(options), left));
      return flags.json === true ? writeJson(keys) : writeKeys(keys);
    }
    const pages = pagesOf(store.list(options), left);
    return flags.json === true ? writeJson(entriesOf(pages)) : writeTable(pages);
  });
}

/** The pages of the list, and no more entries than were asked for. */
async function* pagesOf<Item>(list: List<Item>, limit: number): AsyncGenerator<Page<Item>> {
  let left = limit;
  for await (const page of list.pages()) {
    yield { ...page, entries: page.entries.slice(0, left) };
    left -= page.entries.length;
    if (left <= 0) return;
  }
}

async function* keysOf(pages: AsyncIterable<Page<{ readonly key: string }>>): AsyncGenerator<readonly string[]> {
  for await (const { entries } of pages) yield entries.map(({ key }) => key);
}

async function* entriesOf(pages: AsyncIterable<Page<Entry>>): AsyncGenerator<readonly unknown[]> {
  for await (const page of pages) yield page.entries.map((entry) => entryAsReadToJson(entry, page));
}

/** One array, an item a line. */
async function writeJson(pages: AsyncIterable<readonly unknown[]>): Promise<void> {
  let separator = '[';
  for await (const items of pages) {
    for (const item of items) {
      await write(`${separator}\n${JSON.stringify(item)}`);
      separator = ',';
    }
  }
  await writeLine(separator === '[' ? '[]' : '\n]');
}

async function writeKeys(pages: AsyncIterable<readonly string[]>): Promise<void> {
  for await (const keys of pages) await write(keys.map((key) => `${key}\n`).join(''));
}

async function writeTable(pages: AsyncIterable<Page<Entry>>): Promise<void> {
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
