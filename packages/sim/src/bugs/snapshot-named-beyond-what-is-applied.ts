import { type ApplierMessage, type LogIndex, logIndex, maxIndex, raftParts, type SnapshotFiles } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Applier extends raftParts.Applier {
  readonly #committed: { index: LogIndex };

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.Applier>) {
    const committed = { index: logIndex(0) };
    const { files } = options.snapshots;
    const renamed: SnapshotFiles = {
      take: (point) => files.take({ ...point, index: maxIndex(point.index, committed.index) }),
      read: (request) => files.read(request),
      storedBytes: (record) => files.storedBytes(record),
      store: (record, chunk) => files.store(record, chunk),
      load: (record) => files.load(record),
      keepOnly: (ids) => files.keepOnly(ids),
    };
    super(context, { ...options, snapshots: { ...options.snapshots, files: renamed } }, parts);
    this.#committed = committed;
  }

  override receive(message: ApplierMessage): void {
    if (message.kind === 'committed') this.#committed.index = maxIndex(this.#committed.index, message.index);
    super.receive(message);
  }
}

/** See `breaks`. */
export const snapshotNamedBeyondWhatIsApplied: PlantedBug = {
  name: 'snapshot-named-beyond-what-is-applied',
  breaks:
    'A snapshot is named for what is committed, and holds what is applied: the log is compacted past what is applied.',
  reference: 'Raft §7: lastIncludedIndex is the last entry that the state machine had applied',
  plant: { parts: { Applier } },
};
