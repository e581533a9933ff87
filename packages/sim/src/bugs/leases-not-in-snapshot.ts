import { leaseExpiryTable, leaseKeysTable, leasesTable, leaseTotalsTable, type Tables } from '@quorate/config-store';
import { alteredRows, toldOfTransactions } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** What is loaded is applied in one step to a store that has nothing yet, and is more than comes by itself at first. */
const loadedEntries = 10;

function withoutLoadedLeases(tables: Tables): Tables {
  let loaded = 0;
  const leases = alteredRows(tables, leasesTable.id, (fields, [lease]) => (Number(lease) <= loaded ? null : fields));
  const keys = alteredRows(leases, leaseKeysTable.id, (fields, [lease]) => (Number(lease) <= loaded ? null : fields));
  const altered = alteredRows(keys, leaseExpiryTable.id, (fields, [, lease]) =>
    Number(lease) <= loaded ? null : fields,
  );
  return toldOfTransactions(altered, (before) => {
    const isLoad = before.lastApplied === 0 && tables.progress.lastApplied > loadedEntries;
    if (isLoad) loaded = tables.get(leaseTotalsTable, null)?.granted ?? 0;
  });
}

/** One of the planted bugs. */
export const leasesNotInSnapshot: PlantedBug = {
  name: 'leases-not-in-snapshot',
  breaks: 'A snapshot has the keys and not the leases: whoever loads it keeps what ends elsewhere.',
  reference: 'Raft §7: leases are state of the state machine',
  plant: { tables: withoutLoadedLeases },
};
