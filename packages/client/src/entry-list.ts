import { checkQuery, DEFAULT_PAGE_ENTRIES, InvalidQuery, type ListQuery } from '@quorate/config-store';
import { revisionOrNull } from './check-options.ts';
import type { ListOptions } from './options.ts';
import type { List, Page } from './store.ts';

/** Reads one page. */
export type ReadPage<Item> = (query: ListQuery) => Promise<Page<Item>>;

/** A list of keys, read page by page. @throws {InvalidKey | KeyTooLarge | InvalidRange | InvalidLimit | InvalidRevision | InvalidQuery} at once */
export function entryList<Item>(options: ListOptions, keysOnly: boolean, readPage: ReadPage<Item>): List<Item> {
  const { after = null, pageLimit: limit = DEFAULT_PAGE_ENTRIES, atOneRevision = false } = options;
  const revision = revisionOrNull(options.revision);
  const first: ListQuery = { kind: 'list', keys: keysOf(options), after, limit, revision, keysOnly };
  checkQuery(first);
  const pages = (): AsyncGenerator<Page<Item>, undefined> => pagesFrom(first, atOneRevision, readPage);
  return { pages, [Symbol.asyncIterator]: () => itemsOf(pages()) };
}

function keysOf({ prefix, from, to }: ListOptions): ListQuery['keys'] {
  if (from === undefined && to === undefined) return { prefix: prefix ?? '' };
  if (prefix !== undefined) throw new InvalidQuery({ reason: 'prefix does not go with from and to' });
  if (from === undefined) throw new InvalidQuery({ reason: 'to goes with from' });
  return { from, to: to ?? null };
}

async function* pagesFrom<Item>(
  first: ListQuery,
  atOneRevision: boolean,
  readPage: ReadPage<Item>,
): AsyncGenerator<Page<Item>, undefined> {
  let query = first;
  for (;;) {
    const page = await readPage(query);
    yield page;
    if (page.nextAfter === null) return;
    const revision = atOneRevision ? (query.revision ?? Number(page.revision)) : query.revision;
    query = { ...query, after: page.nextAfter, revision };
  }
}

async function* itemsOf<Item>(pages: AsyncIterable<Page<Item>>): AsyncGenerator<Item, undefined> {
  for await (const page of pages) yield* page.entries;
}
