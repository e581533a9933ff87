import { logIndex, type SnapshotRecord, term } from '../../src/index.ts';
import { timeOf, votersOf } from './entries.ts';

/** A snapshot of all up to `index`, which has that term. */
export const snapshotAt = (index: number, ofTerm: number, bytes = 1000): SnapshotRecord => ({
  id: `${index}-${ofTerm}`,
  index: logIndex(index),
  term: term(ofTerm),
  ...timeOf(index),
  configuration: votersOf('n1', 'n2', 'n3'),
  bytes,
});
