import { type HardState, type LogEntry, type LogIndex, type Term, term } from '@quorate/raft';

/** One write to the log of a node. */
export type Write =
  | { readonly kind: 'hardState'; readonly hardState: HardState }
  | { readonly kind: 'append'; readonly entries: readonly LogEntry[] }
  | { readonly kind: 'truncate'; readonly from: LogIndex };

/** What survives a loss of power: all that was flushed, and nothing else. */
export class Disk {
  readonly storageId: string;
  incarnation = 0;
  #hardState: HardState = { currentTerm: term(0), votedFor: null };
  readonly #entries: LogEntry[] = [];

  constructor(storageId: string) {
    this.storageId = storageId;
  }

  /** Another disk with the same contents, as a copy that somebody made of the files. */
  copy(storageId: string): Disk {
    const copy = new Disk(storageId);
    copy.incarnation = this.incarnation;
    copy.commit([
      { kind: 'hardState', hardState: this.#hardState },
      { kind: 'append', entries: this.#entries },
    ]);
    return copy;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get entries(): readonly LogEntry[] {
    return this.#entries;
  }

  /** The term of the entry at `index`; 0 for index 0; null where no entry is held. */
  termAt(index: number): Term | null {
    if (index === 0) return term(0);
    return this.#entries[index - 1]?.term ?? null;
  }

  /** One transaction reaches the disk: all of it. */
  commit(writes: readonly Write[]): void {
    for (const write of writes) this.#apply(write);
  }

  /** Power is lost while a transaction is written, and some of it is there: what is not whole never was (LMDB's two meta pages). */
  tear(_writes: readonly Write[]): void {}

  #apply(write: Write): void {
    switch (write.kind) {
      case 'hardState':
        this.#hardState = write.hardState;
        return;
      case 'append':
        for (const entry of write.entries) this.#entries.push(entry);
        return;
      case 'truncate':
        this.#entries.length = Math.min(this.#entries.length, write.from - 1);
        return;
      default:
        return write satisfies never;
    }
  }
}
