import { MAX_PAGE_BYTES, pageBytesOf } from '../limits.ts';
import type { StoredEntry } from '../tables/keys-table.ts';
import { TransactionTooLarge } from './errors.ts';
import { MAX_TRANSACTION_CHANGES, MAX_TRANSACTION_KEYS } from './limits.ts';

/** What a transaction may use up while it runs: it is bounded by what it does, and not only by what it says. */
export class TransactionBudget {
  #keys = 0;
  #changes = 0;
  #resultBytes = 0;

  /** It looks at a key. @throws {TransactionTooLarge} */
  look(): void {
    this.#keys += 1;
    check('keys to look at', this.#keys, MAX_TRANSACTION_KEYS);
  }

  /** It changes a key. @throws {TransactionTooLarge} */
  change(): void {
    this.#changes += 1;
    check('changed keys', this.#changes, MAX_TRANSACTION_CHANGES);
  }

  /** It answers with an entry. @throws {TransactionTooLarge} */
  answer(entry: StoredEntry): void {
    this.#resultBytes += pageBytesOf(entry);
    check('bytes of results', this.#resultBytes, MAX_PAGE_BYTES);
  }
}

function check(what: string, actual: number, limit: number): void {
  if (actual > limit) throw new TransactionTooLarge({ what, actual, limit });
}
