import type { SnapshotPoint } from '@quorate/raft';
import { SimulatedSnapshotFiles, type SnapshotFilesOptions } from '../disk/simulated-snapshot-files.ts';
import type { PlantedBug } from './plant.ts';

class HastyFiles extends SimulatedSnapshotFiles {
  readonly #tell: SnapshotFilesOptions['tell'];

  constructor(options: SnapshotFilesOptions) {
    super(options);
    this.#tell = options.tell;
  }

  override take(point: SnapshotPoint): void {
    super.take(point);
    this.#tell({ kind: 'snapshotTaken', record: this.recordOf(point) });
  }
}

/** See `breaks`. */
export const logCompactedBeforeSnapshotIsFlushed: PlantedBug = {
  name: 'log-compacted-before-snapshot-is-flushed',
  breaks: 'A snapshot counts as taken when it is begun: the log goes before the file is whole and flushed.',
  reference: 'Raft §7; rule 10: the file is flushed before any compaction that it covers',
  plant: { snapshotFiles: HastyFiles },
};
