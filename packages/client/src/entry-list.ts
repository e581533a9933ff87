import { checkQuery, DEFAULT_PAGE_ENTRIES, type ListQuery } from '@quorate/config-store';
import type { ListOptions } from './options.ts';
import type { Entry, EntryList, EntryPage } from './store.ts';

/** Reads one page. */
export type ReadPage = (query: ListQuery) => Promise<EntryPage>;

/** A list of keys, read page by page. @throws {InvalidKey | KeyTooLarge | InvalidLimit | InvalidQuery} at once */
export function entryList(options: ListOptions, readPage: ReadPage): EntryList {
  const { prefix = '', after = null, pageLimit: limit = DEFAULT_PAGE_ENTRIES } = options;
  const first: ListQuery = { kind: 'list', prefix, after, limit };
  checkQuery(first);
  return {
    pages: () => pagesFrom(first, readPage),
    [Symbol.asyncIterator]: () => entriesOf(pagesFrom(first, readPage)),
  };
}

async function* pagesFrom(first: ListQuery, readPage: ReadPage): AsyncGenerator<EntryPage, undefined> {
  let query = first;
  for (;;) {
    const page = await readPage(query);
    yield page;
    const last = page.entries.at(-1);
    if (!page.more || last === undefined) return;
    query = { ...query, after: last.key };
  }
}

async function* entriesOf(pages: AsyncIterable<EntryPage>): AsyncGenerator<Entry, undefined> {
  for await (const page of pages) yield* page.entries;
}
