import { invariant } from '@quorate/raft';
import {
  type KeyBefore,
  keyBefore,
  type StagedChange,
  stagedDelete,
  stagedPut,
  type WrittenValue,
} from '../history/staged-change.ts';
import type { KeyBounds } from '../key-range.ts';
import { scanKeys } from '../scan-keys.ts';
import { keysTable, type Version } from '../tables/keys-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { compareUtf8 } from '../utf8.ts';
import type { TransactionBudget } from './transaction-budget.ts';

/**
 * The keys as a transaction sees them: as they stand, with its own changes upon them. Nothing is written before all of it is known to be
 * done, so that a transaction that is refused half-way leaves nothing behind.
 */
export class StagedState {
  readonly #tables: TablesReader;
  readonly #budget: TransactionBudget;
  readonly #staged = new Map<string, StagedChange>();

  constructor(tables: TablesReader, budget: TransactionBudget) {
    this.#tables = tables;
    this.#budget = budget;
  }

  /** In the order in which they were made. */
  get changes(): readonly StagedChange[] {
    return [...this.#staged.values()];
  }

  get(key: string): Version | null {
    const staged = this.#staged.get(key);
    return staged === undefined ? this.#tables.get(keysTable, key) : staged.after;
  }

  /** The keys within bounds, in their order. @throws {TransactionTooLarge} */
  *within(bounds: KeyBounds): Generator<readonly [string, Version], undefined> {
    const mine = this.#stagedWithin(bounds);
    let next = mine.shift();
    for (const { key, row } of scanKeys(this.#tables, keysTable, bounds)) {
      this.#budget.look();
      for (; next !== undefined && compareUtf8(next.key, key) < 0; next = mine.shift()) {
        if (next.after !== null) yield [next.key, next.after];
      }
      if (next?.key !== key) yield [key, row];
    }
    for (; next !== undefined; next = mine.shift()) {
      if (next.after !== null) yield [next.key, next.after];
    }
  }

  /** @throws {TransactionTooLarge} */
  put(key: string, written: WrittenValue): void {
    this.#stage(stagedPut(key, written, this.#standing(key), this.#tables.progress.revision + 1));
  }

  /** Whether there was something to delete. @throws {TransactionTooLarge} */
  delete(key: string): boolean {
    const standing = this.#standing(key);
    if (standing !== null) this.#stage(stagedDelete(key, standing));
    return standing !== null;
  }

  #standing(key: string): KeyBefore | null {
    const row = this.#tables.get(keysTable, key);
    return row === null ? null : keyBefore(row);
  }

  #stage(change: StagedChange): void {
    invariant(!this.#staged.has(change.key), () => `a transaction writes ${change.key} twice`);
    this.#budget.change();
    this.#staged.set(change.key, change);
  }

  #stagedWithin({ from, to }: KeyBounds): StagedChange[] {
    return [...this.#staged.values()]
      .filter(({ key }) => compareUtf8(key, from) >= 0 && (to === null || compareUtf8(key, to) < 0))
      .sort((one, other) => compareUtf8(one.key, other.key));
  }
}
