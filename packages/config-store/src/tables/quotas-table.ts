import type { QuotaLimits } from '../quota/quota-commands.ts';
import { compareUtf8 } from '../utf8.ts';
import type { Table } from './table.ts';

/** A quota, and what is counted of it. */
export interface QuotaRow extends QuotaLimits {
  readonly keys: number;
  readonly bytes: number;
  /** The key up to which what there was is counted, empty at the beginning; null when all of it is. */
  readonly countedTo: string | null;
}

const counterOf = (limit: number | null): number => (limit === null ? 0 : limit + 1);
const limitOf = (counter: number): number | null => (counter === 0 ? null : counter - 1);

/** The quotas, by their prefixes. */
export const quotasTable: Table<string, QuotaRow> = {
  id: 13,
  name: 'quotas',
  compare: compareUtf8,
  writeKey: (prefix, to) => to.text(prefix),
  readKey: (from) => from.text(),
  writeRow: ({ maxKeys, maxBytes, keys, bytes, countedTo }, to) => {
    to.counter(counterOf(maxKeys));
    to.counter(counterOf(maxBytes));
    to.counter(keys);
    to.counter(bytes);
    to.counter(countedTo === null ? 1 : 0);
    to.text(countedTo ?? '');
  },
  readRow: (from) => {
    const limits = { maxKeys: limitOf(from.counter()), maxBytes: limitOf(from.counter()) };
    const counted = { keys: from.counter(), bytes: from.counter() };
    const isCounted = from.counter() === 1;
    const countedTo = from.text();
    return { ...limits, ...counted, countedTo: isCounted ? null : countedTo };
  },
  ownRow: (row) => row,
};
