import { quotasTable } from '../tables/quotas-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { MAX_QUOTAS } from './limits.ts';
import type { Quota } from './quota-commands.ts';

/** All quotas, by their prefixes. */
export const readQuotas = (tables: TablesReader): readonly Quota[] =>
  tables.range(quotasTable, { limit: MAX_QUOTAS }).map(({ key: prefix, row }) => {
    const { maxKeys, maxBytes, keys, bytes, countedTo } = row;
    return { prefix, maxKeys, maxBytes, keys, bytes, isCounted: countedTo === null };
  });
