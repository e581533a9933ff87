import type { LmdbTables } from '../lmdb-tables.ts';
import { Pace } from './pace.ts';
import { readSnapshot, type SnapshotSource } from './read-snapshot.ts';

/** So many rows are changed in one transaction. */
const rowsAtATime = 256;

/**
 * Replaces the tables by what a snapshot holds. It is read and checked first, and nothing changes if it is not what it must
 * be. A process that ends on the way leaves tables that have applied nothing. `go` is asked between steps, and throws to stop it.
 * @throws {CorruptRecord} naming the file
 */
export async function loadSnapshot(source: SnapshotSource, tables: LmdbTables, go: () => void): Promise<void> {
  const { index, term, revision, stateHash } = await readSnapshot(source, go);
  const pace = new Pace();
  const rest = async (): Promise<void> => {
    await pace.pause();
    go();
  };
  const replacement = tables.replacement();
  replacement.begin();
  while (!replacement.removeSome(rowsAtATime)) await rest();
  await readSnapshot(source, async (rows) => {
    for (let at = 0; at < rows.length; at += rowsAtATime) {
      replacement.put(rows.slice(at, at + rowsAtATime));
      await rest();
    }
  });
  replacement.finish({ lastApplied: index, lastAppliedTerm: term, revision, stateHash });
}
