import { logIndex, term } from '@quorate/raft';
import type { KeyRange, Progress, StoredEntry, Tables, TablesWriter } from './tables.ts';
import { compareUtf8 } from './utf8.ts';

/** Tables that forget with their process, for tests and simulation. */
export class MemoryTables implements Tables {
  readonly #entries = new Map<string, StoredEntry>();
  /** All keys, ordered by their UTF-8 bytes. */
  readonly #keys: string[] = [];
  #progress: Progress = { lastApplied: logIndex(0), lastAppliedTerm: term(0), revision: 0 };
  /** What each key that the transaction changed was before; null while there is no transaction. */
  #undo: Map<string, StoredEntry | null> | null = null;
  readonly #writer: TablesWriter = this.#writerOf();

  get progress(): Progress {
    return this.#progress;
  }

  get(key: string): StoredEntry | null {
    return this.#entries.get(key) ?? null;
  }

  range({ prefix, after, limit }: KeyRange): readonly StoredEntry[] {
    const found: StoredEntry[] = [];
    for (let at = this.#startOf(prefix, after); at < this.#keys.length && found.length < limit; at += 1) {
      const entry = this.#entries.get(this.#keys[at] ?? '');
      if (entry === undefined || !entry.key.startsWith(prefix)) break;
      found.push(entry);
    }
    return found;
  }

  transaction<Result>(step: (writer: TablesWriter) => Result): Result {
    if (this.#undo !== null) throw new Error('a transaction is under way');
    const undo = new Map<string, StoredEntry | null>();
    const progress = this.#progress;
    this.#undo = undo;
    try {
      return step(this.#writer);
    } catch (error) {
      for (const [key, before] of undo) this.#set(key, before);
      this.#progress = progress;
      throw error;
    } finally {
      this.#undo = null;
    }
  }

  #writerOf(): TablesWriter {
    const progress = (): Progress => this.#progress;
    return {
      get progress() {
        return progress();
      },
      get: (key) => this.get(key),
      range: (range) => this.range(range),
      // The value is often a view of the bytes of a whole batch, which it would keep alive, or see overwritten.
      put: (entry) => this.#change(entry.key, { ...entry, value: entry.value.slice() }),
      delete: (key) => this.#change(key, null),
      setProgress: (next) => {
        this.#progress = next;
      },
    };
  }

  #change(key: string, entry: StoredEntry | null): void {
    if (this.#undo === null) throw new Error('the transaction is over');
    if (!this.#undo.has(key)) this.#undo.set(key, this.get(key));
    this.#set(key, entry);
  }

  #set(key: string, entry: StoredEntry | null): void {
    const had = this.#entries.has(key);
    if (entry !== null) {
      this.#entries.set(key, entry);
      if (!had) this.#keys.splice(this.#firstFrom(key), 0, key);
      return;
    }
    this.#entries.delete(key);
    if (had) this.#keys.splice(this.#firstFrom(key), 1);
  }

  #startOf(prefix: string, after: string | null): number {
    const first = this.#firstFrom(prefix);
    if (after === null) return first;
    const at = this.#firstFrom(after);
    return Math.max(first, this.#keys[at] === after ? at + 1 : at);
  }

  /** The place of the first key that is not below `key`. */
  #firstFrom(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(this.#keys[middle] ?? '', key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
