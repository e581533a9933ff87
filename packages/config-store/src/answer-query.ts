import type { AnswerOrigin, GetQuery, HistoryQuery, ListQuery, Query, QueryAnswer } from './command.ts';
import { RevisionCompacted, RevisionNotWritten } from './history/errors.ts';
import { readKeyHistory } from './history/key-history.ts';
import { entryAt } from './history/key-past.ts';
import { readHistory } from './history/open-history.ts';
import { readPastPage } from './history/past-page.ts';
import { readLeases } from './lease/read-leases.ts';
import { readPage } from './page.ts';
import { readQuotas } from './quota/read-quotas.ts';
import { readSchemas } from './schema/read-schemas.ts';
import { entryOf, keysTable, type StoredEntry } from './tables/keys-table.ts';
import type { TablesReader } from './tables/tables.ts';

/** Answers a checked query. @throws {RevisionCompacted | RevisionNotWritten} */
export function answerQuery(tables: TablesReader, query: Query): QueryAnswer {
  const { revision, lastApplied: appliedIndex } = tables.progress;
  const origin = { revision, appliedIndex };
  switch (query.kind) {
    case 'get':
      return { kind: 'get', entry: entryFor(tables, query), ...origin };
    case 'list':
      return { kind: 'list', ...pageFor(tables, query), ...origin };
    case 'history':
      return { kind: 'history', ...historyFor(tables, query), ...origin };
    case 'retention':
      return retentionOf(tables, origin);
    case 'quotas':
      return { kind: 'quotas', quotas: readQuotas(tables), ...origin };
    case 'schemas':
      return { kind: 'schemas', schemas: readSchemas(tables, query), ...origin };
    case 'leases':
      return { kind: 'leases', ...readLeases(tables, query), ...origin };
    default:
      return query satisfies never;
  }
}

function entryFor(tables: TablesReader, { key, revision }: GetQuery): StoredEntry | null {
  if (revision !== null) {
    checkIsKept(tables, revision);
    return entryAt(tables, key, revision);
  }
  const row = tables.get(keysTable, key);
  return row === null ? null : entryOf(key, row);
}

function pageFor(tables: TablesReader, query: ListQuery): ReturnType<typeof readPage> {
  if (query.revision === null) return readPage(tables, query);
  checkIsKept(tables, query.revision);
  return readPastPage(tables, query, query.revision);
}

function historyFor(
  tables: TablesReader,
  query: HistoryQuery,
): ReturnType<typeof readKeyHistory> & { readonly oldestRevision: number } {
  const { oldestRevision } = readHistory(tables);
  return { ...readKeyHistory(tables, query, oldestRevision), oldestRevision };
}

function retentionOf(tables: TablesReader, origin: AnswerOrigin): QueryAnswer {
  const { retention, oldestRevision } = readHistory(tables);
  return { kind: 'retention', retention, oldestRevision, stateHash: tables.progress.stateHash, ...origin };
}

/** @throws {RevisionCompacted | RevisionNotWritten} */
function checkIsKept(tables: TablesReader, revision: number): void {
  const { revision: newest } = tables.progress;
  if (revision > newest) {
    throw new RevisionNotWritten({ revision: String(revision), newestRevision: String(newest) });
  }
  const { oldestRevision } = readHistory(tables);
  if (revision < oldestRevision) {
    throw new RevisionCompacted({ revision: String(revision), oldestRevision: String(oldestRevision) });
  }
}
