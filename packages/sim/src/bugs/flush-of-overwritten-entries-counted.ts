import { type LogIndex, type LogStorage, logIndex, maxIndex, minIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class Durability extends raftParts.Durability {
  readonly #storage: LogStorage;
  #pending: { readonly write: number; readonly lastIndex: LogIndex }[] = [];
  #claimed: LogIndex = logIndex(0);

  constructor(storage: LogStorage) {
    super(storage);
    this.#storage = storage;
  }

  override get durableIndex(): LogIndex {
    return maxIndex(super.durableIndex, this.#claimed);
  }

  override appended(): void {
    super.appended();
    this.#pending.push({ write: this.#storage.written, lastIndex: this.#storage.lastIndex });
  }

  override truncated(from: LogIndex): void {
    super.truncated(from);
    this.#claimed = minIndex(this.#claimed, logIndex(from - 1));
  }

  override flushed(written: number): void {
    for (const { write, lastIndex } of this.#pending) {
      if (write <= written) this.#claimed = maxIndex(this.#claimed, lastIndex);
    }
    this.#pending = this.#pending.filter(({ write }) => write > written);
    super.flushed(written);
  }
}

/** One of the planted bugs. */
export const flushOfOverwrittenEntriesCounted: PlantedBug = {
  name: 'flush-of-overwritten-entries-counted',
  breaks: 'The end of a flush counts for entries that were overwritten while it was under way.',
  reference:
    'Rule 7; the ABA race of asynchronous storage writes (etcd-io/raft, testdata/async_storage_writes_append_aba_race.txt)',
  plant: { parts: { Durability } },
};
