import { assertHolds } from '../fence/check-fence.ts';
import type { Fence } from '../fence/fence.ts';
import type { StagedChange } from '../history/staged-change.ts';
import { boundsOf } from '../key-range.ts';
import { entryOf, type StoredEntry, type Version } from '../tables/keys-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { holds } from './comparison.ts';
import { StagedState } from './staged-state.ts';
import type { Operation, OperationResult, Transaction, TransactionOutcome } from './transaction.ts';
import { TransactionBudget } from './transaction-budget.ts';

/** What a transaction comes to, and what it is about to change. */
export interface TransactionRun {
  readonly outcome: TransactionOutcome;
  readonly changes: readonly StagedChange[];
}

type PlainOperation = Exclude<Operation, { readonly kind: 'txn' }>;

/** The way that a transaction takes: those of the transactions in it are chosen as well. */
interface Way {
  readonly kind: 'way';
  readonly succeeded: boolean;
  readonly steps: readonly (PlainOperation | Way)[];
}

/**
 * Runs a checked transaction; it writes nothing.
 * @throws {LockLost} if something on its way is fenced with a lock that is not held
 * @throws {TransactionTooLarge} if it looks at, changes or answers with too much
 */
export function runTransaction(tables: TablesReader, transaction: Transaction): TransactionRun {
  const budget = new TransactionBudget();
  const state = new StagedState(tables, budget);
  // Chosen before anything is done: comparisons look at what was there before the transaction.
  const way = wayOf(state, transaction, (fence) => assertHolds(tables, fence));
  const outcome = new Follower(state, budget).follow(way);
  return { outcome, changes: state.changes };
}

function wayOf(
  state: StagedState,
  { compare, then, else: otherwise }: Transaction,
  checkHolds: (fence: Fence | undefined) => void,
): Way {
  const succeeded = compare.every((comparison) => holds(state, comparison));
  const steps = (succeeded ? then : otherwise).map((one) => {
    if ('fence' in one) checkHolds(one.fence);
    return one.kind === 'txn' ? wayOf(state, one, checkHolds) : one;
  });
  return { kind: 'way', succeeded, steps };
}

/** Does what stands along a way. */
class Follower {
  readonly #state: StagedState;
  readonly #budget: TransactionBudget;

  constructor(state: StagedState, budget: TransactionBudget) {
    this.#state = state;
    this.#budget = budget;
  }

  follow({ succeeded, steps }: Way): TransactionOutcome {
    return { kind: 'txn', succeeded, results: steps.map((step) => this.#take(step)) };
  }

  #take(step: PlainOperation | Way): OperationResult {
    switch (step.kind) {
      case 'put':
        this.#state.put(step.key, {
          value: step.value,
          contentType: step.contentType ?? null,
          lease: step.lease ?? null,
        });
        return { kind: 'put' };
      case 'delete':
        return { kind: 'delete', deleted: this.#delete(step) };
      case 'get': {
        const version = this.#state.get(step.key);
        return { kind: 'get', entry: version === null ? null : this.#answer(step.key, version) };
      }
      case 'list':
        return { kind: 'list', ...this.#list(step) };
      case 'way':
        return this.follow(step);
      default:
        return step satisfies never;
    }
  }

  #delete({ keys }: PlainOperation & { readonly kind: 'delete' }): number {
    if ('key' in keys) return this.#state.delete(keys.key) ? 1 : 0;
    const doomed = Array.from(this.#state.within(boundsOf(keys)), ([key]) => key);
    for (const key of doomed) this.#state.delete(key);
    return doomed.length;
  }

  #list({ keys, limit }: PlainOperation & { readonly kind: 'list' }): {
    readonly entries: readonly StoredEntry[];
    readonly more: boolean;
  } {
    const entries: StoredEntry[] = [];
    for (const [key, version] of this.#state.within(boundsOf(keys))) {
      if (entries.length === limit) return { entries, more: true };
      entries.push(this.#answer(key, version));
    }
    return { entries, more: false };
  }

  #answer(key: string, version: Version): StoredEntry {
    const entry = entryOf(key, version);
    this.#budget.answer(entry);
    return entry;
  }
}
