import { simulatedStore } from '../host/simulated-store.ts';
import type { CommittedEntries } from '../invariants/committed-entries.ts';
import { keysWrittenIn } from './client-transactions.ts';
import { decodeAnswer, encodeGet, isLeaseWork, type PlainEntry, plainCodec } from './plain-codec.ts';

interface Shown {
  readonly index: number;
  readonly entry: PlainEntry | null;
}

/** What a key holds after each committed entry: the state that any node must show that has applied so far, and no farther. */
export class CommittedValues {
  readonly #committed: CommittedEntries;
  readonly #store = simulatedStore({});
  readonly #shown = new Map<string, Shown[]>();
  /** By index, the store's revision after it. */
  readonly #revisions: number[] = [0];
  #lastIndex = 0;

  constructor(committed: CommittedEntries) {
    this.#committed = committed;
  }

  /** Null if the key does not exist then, undefined if nothing is committed there yet. */
  at(key: string, index: number): PlainEntry | null | undefined {
    if (index > this.#committed.lastIndex) return undefined;
    this.#goOn();
    return this.#shown.get(key)?.findLast((shown) => shown.index <= index)?.entry ?? null;
  }

  /** The revision of the store after the entry at `index`, which is committed. */
  revisionAt(index: number): number {
    this.#goOn();
    return this.#revisions[index] ?? 0;
  }

  #goOn(): void {
    while (this.#lastIndex < this.#committed.lastIndex) {
      this.#lastIndex += 1;
      const entry = this.#committed.at(this.#lastIndex)?.entry;
      if (entry === undefined) return;
      this.#store.apply([entry]);
      this.#revisions[entry.index] = this.#store.revision;
      if (entry.kind !== 'command') continue;
      const command = plainCodec.decodeCommand(entry.command);
      if (command.kind === 'openSession' || isLeaseWork(command)) continue;
      const keys = command.kind === 'txn' ? keysWrittenIn(command.asked) : [command.key];
      for (const key of keys) this.#note(key, entry.index);
    }
  }

  #note(key: string, index: number): void {
    const shown = this.#shown.get(key) ?? [];
    this.#shown.set(key, shown);
    shown.push({ index, entry: decodeAnswer(this.#store.query(encodeGet(key))) });
  }
}
