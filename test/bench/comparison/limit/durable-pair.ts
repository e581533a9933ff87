import { join } from 'node:path';
import { open } from 'lmdb';

/** A key and its value. */
export type Item = readonly [key: string, value: Uint8Array];

/** The two files of a node: a log that is flushed with every batch, and a table that is not, since it can be built from the log. */
export class DurablePair {
  readonly #log;
  readonly #table;
  #nextIndex = 1;

  constructor(folder: string) {
    this.#log = open<Uint8Array, number>({
      path: join(folder, 'log'),
      encoding: 'binary',
      overlappingSync: false,
    });
    this.#table = open<Uint8Array, string>({ path: join(folder, 'table'), encoding: 'binary', noSync: true });
  }

  /** Writes a batch to both. It resolves when the log has it on disk. */
  async write(items: readonly Item[], batch: Buffer): Promise<void> {
    const committed = this.#log.put(this.#nextIndex, batch);
    this.#nextIndex += 1;
    for (const [key, value] of items) void this.#table.put(key, value);
    await committed;
    await this.#log.flushed;
  }
}
