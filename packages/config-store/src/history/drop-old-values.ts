import type { ChangePlace } from '../tables/change-place.ts';
import { changesTable } from '../tables/changes-table.ts';
import type { Retention } from '../tables/history-table.ts';
import type { TablesWriter } from '../tables/tables.ts';

/**
 * Drops the values of a key's past versions beyond `maxVersions`, counted back from the change at `newest`. It does so once in
 * that many changes of the key, with the steps of many in one, and bounded: versions that were there before the setting was made may stay until
 * they are too old. What remains of a change says that it was made: without it a reader would take the key for absent, or a watcher would miss it.
 */
export function dropOldValues(
  writer: TablesWriter,
  newest: ChangePlace,
  changeNumber: number,
  { maxVersions }: Retention,
): void {
  if (maxVersions === null || changeNumber % maxVersions !== 0) return;
  let place: ChangePlace | null = writer.get(changesTable, newest)?.previous ?? null;
  let versions = 0;
  for (let steps = 0; place !== null && steps < 4 * maxVersions; steps += 1) {
    const row = writer.get(changesTable, place);
    if (row === null) return;
    if (row.op === 'put') versions += 1;
    if (row.op === 'put' && versions > maxVersions) {
      if (row.value === null) return;
      writer.put(changesTable, place, { ...row, value: null });
    }
    place = row.previous;
  }
}
