import { leasesTable } from '../tables/leases-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import type { Lease, LeasesQuery } from './lease-commands.ts';

/** A page of the leases, and whether more come after it. */
export function readLeases(
  tables: TablesReader,
  { after, limit }: LeasesQuery,
): { readonly leases: readonly Lease[]; readonly more: boolean } {
  const rows = tables.range(leasesTable, { after, limit: limit + 1 });
  const leases = rows.slice(0, limit).map(({ key: lease, row }): Lease => {
    const { ttlMs, owner, grantedAtUs, keptAtUs, keyCount } = row;
    return { lease, ttlMs, owner, grantedAtUs, keptAtUs, keyCount };
  });
  return { leases, more: rows.length > limit };
}
