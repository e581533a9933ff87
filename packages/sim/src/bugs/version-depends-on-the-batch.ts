import { keysTable, type Tables } from '@quorate/config-store';
import { alteredRows, toldOfTransactions } from '../host/altered-rows.ts';
import type { PlantedBug } from './plant.ts';

const versionAt = 2;
const batchesOf = 16;

/** How often a key was written is one too many while each 16th batch is applied: which entries are in it is chance, and another on each node. */
function countingBatches(tables: Tables): Tables {
  let batches = 0;
  const altered = alteredRows(tables, keysTable.id, (fields) =>
    batches % batchesOf === 0 ? fields.with(versionAt, Number(fields[versionAt]) + 1) : fields,
  );
  return toldOfTransactions(altered, () => {
    batches += 1;
  });
}

/** One of the planted bugs. */
export const versionDependsOnTheBatch: PlantedBug = {
  name: 'version-depends-on-the-batch',
  breaks: 'What an entry makes of a key depends on which others are applied together with it.',
  reference:
    'Raft §2: state machines that apply the same commands in the same order have the same state; etcd#13766 had them part',
  plant: { tables: countingBatches },
};
