import { checkQuery, DEFAULT_PAGE_ENTRIES, type HistoryQuery, type QueryAnswer } from '@quorate/config-store';
import { revisionOrNull } from './check-options.ts';
import type { AttributedChange } from './history.ts';
import type { HistoryOptions } from './options.ts';
import { toKeyChange } from './stored-value.ts';

type ReadPage = (query: HistoryQuery) => Promise<Extract<QueryAnswer, { kind: 'history' }>>;

/** The changes of a key, read page by page as they are taken. @throws {InvalidKey | KeyTooLarge | InvalidLimit | InvalidRevision} at once */
export function keyHistory(key: string, options: HistoryOptions, readPage: ReadPage): AsyncIterable<AttributedChange> {
  const { pageLimit: limit = DEFAULT_PAGE_ENTRIES } = options;
  const first: HistoryQuery = { kind: 'history', key, before: revisionOrNull(options.before), limit };
  checkQuery(first);
  return { [Symbol.asyncIterator]: () => changesFrom(first, readPage) };
}

async function* changesFrom(first: HistoryQuery, readPage: ReadPage): AsyncGenerator<AttributedChange, undefined> {
  let query = first;
  for (;;) {
    const { changes, more } = await readPage(query);
    for (const change of changes) yield { ...toKeyChange(change), client: change.client };
    const last = changes.at(-1);
    if (!more || last === undefined) return;
    query = { ...query, before: last.revision };
  }
}
