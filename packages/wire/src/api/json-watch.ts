import { InvalidRevision, type WatchRequest } from '@quorate/config-store';
import { counterOf, type JsonFields, shown } from './json-fields.ts';
import { selectionIn } from './json-transaction.ts';

/** What a request of `watch` may say. */
export const watchFields = [
  'key',
  'prefix',
  'from',
  'to',
  'fromRevision',
  'fromOrdinal',
  'filter',
  'previous',
] as const;

/** Reads a watch in JSON. @throws {InvalidRequest | InvalidRevision} */
export function watchIn(fields: JsonFields): WatchRequest {
  const revision = counterOf(fields.get('fromRevision'));
  if (revision === null) {
    if (!fields.isGiven('fromRevision')) throw fields.invalid('fromRevision', 'is missing');
    throw new InvalidRevision({ given: shown(fields.get('fromRevision')) });
  }
  const ordinal = fields.isGiven('fromOrdinal') ? counterOf(fields.get('fromOrdinal')) : 0;
  if (ordinal === null) throw fields.invalid('fromOrdinal', 'is no integer from 0');
  return {
    keys: selectionIn(fields),
    from: { revision, ordinal },
    filter: filterIn(fields),
    withPrevious: fields.boolean('previous', false),
  };
}

function filterIn(fields: JsonFields): WatchRequest['filter'] {
  const filter = fields.textOrNull('filter');
  if (filter === null || filter === 'put' || filter === 'delete') return filter;
  throw fields.invalid('filter', 'is neither put nor delete');
}
