import { leaseExpiryTable, leaseTotalsTable, type Tables } from '@quorate/config-store';
import { alteredRows, toldOfTransactions } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** When the leases end that an earlier leader has granted, nobody knows. */
function knownToOneLeader(tables: Tables): Tables {
  let forgotten = 0;
  const altered = alteredRows(tables, leaseExpiryTable.id, (fields, [, lease]) =>
    Number(lease) <= forgotten ? null : fields,
  );
  return toldOfTransactions(altered, (before) => {
    const isAnother = tables.progress.lastAppliedTerm > before.lastAppliedTerm;
    if (isAnother) forgotten = tables.get(leaseTotalsTable, null)?.granted ?? 0;
  });
}

/** One of the planted bugs. */
export const leasesForgottenByNewLeader: PlantedBug = {
  name: 'leases-forgotten-by-new-leader',
  breaks: 'When leases end is known to the leader that granted them, and its successor ends none of them.',
  reference: 'etcd: the lessor of a new leader takes up all leases (lease/lessor.go, Promote)',
  plant: { tables: knownToOneLeader },
};
