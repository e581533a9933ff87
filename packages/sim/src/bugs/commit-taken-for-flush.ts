import { type LogStorage, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Durability extends raftParts.Durability {
  readonly #storage: LogStorage;

  constructor(storage: LogStorage) {
    super(storage);
    this.#storage = storage;
  }

  override appended(): void {
    super.appended();
    super.flushed(this.#storage.written);
  }
}

/** One of the planted bugs. */
export const commitTakenForFlush: PlantedBug = {
  name: 'commit-taken-for-flush',
  breaks: 'Entries count as on disk when the database has taken them, before they are flushed.',
  reference: 'lmdb-js with overlappingSync: its promises resolve at commit; rule 6',
  plant: { parts: { Durability } },
};
