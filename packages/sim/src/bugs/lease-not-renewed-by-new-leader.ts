import { leaseTotalsTable } from '@quorate/config-store';
import { alteredRows } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

/** One of the planted bugs. */
export const leaseNotRenewedByNewLeader: PlantedBug = {
  name: 'lease-not-renewed-by-new-leader',
  breaks: 'A new leader ends leases by the time of its predecessor, whose last signs of life may be lost with it.',
  reference: 'etcd: the lessor of a new leader extends all leases (lease/lessor.go, Promote)',
  plant: {
    tables: (tables) => alteredRows(tables, leaseTotalsTable.id, ([granted = 0, count = 0]) => [granted, count, 0]),
  },
};
