import type { RevisionComparison, StepOutcome, TransactionOperation, TransactionOutcome } from './transaction.ts';

/** How a transaction found a key. */
export interface Sight {
  /** 0: it did not exist; null: it existed, and nobody was told since when. */
  readonly modRevision: number | null;
  /** Null if there was none, or if nobody was told. */
  readonly value: string | null;
}

/** What a transaction did to a key: null if it removed it. */
export type Change = { readonly value: string } | null;

/** What a transaction saw of the store as it was before it, and what it changed. */
export interface Trail {
  readonly revision: number;
  readonly sights: ReadonlyMap<string, Sight>;
  readonly changes: ReadonlyMap<string, Change>;
}

/** The trail of a transaction by what its caller was told; null if that contradicts itself. */
export function trailOf(operation: TransactionOperation, outcome: TransactionOutcome): Trail | null {
  const trail = new TrailFinder(outcome.revision);
  return trail.follow(operation, outcome) && trail.isAsCompared() ? trail : null;
}

class TrailFinder implements Trail {
  readonly revision: number;
  readonly sights = new Map<string, Sight>();
  readonly changes = new Map<string, Change>();
  /** Of each transaction that went its other way: one of these did not hold. */
  readonly #failed: (readonly RevisionComparison[])[] = [];

  constructor(revision: number) {
    this.revision = revision;
  }

  /** Whether what was told of this way fits with what was told so far. */
  follow(
    { compare, then, else: otherwise }: TransactionOperation,
    { succeeded, results }: Pick<TransactionOutcome, 'succeeded' | 'results'>,
  ): boolean {
    const steps = succeeded ? then : otherwise;
    if (!succeeded) this.#failed.push(compare);
    const isSeen = !succeeded || compare.every(({ key, modRevision }) => this.#see(key, { modRevision, value: null }));
    return isSeen && steps.length === results.length && steps.every((step, at) => this.#take(step, results[at]));
  }

  /** Whether each that did not hold has a comparison that may not have. */
  isAsCompared(): boolean {
    const holds = ({ key, modRevision }: RevisionComparison): boolean =>
      this.sights.get(key)?.modRevision === modRevision;
    return this.#failed.every((compare) => !compare.every(holds));
  }

  #take(step: TransactionOperation['then'][number], result: StepOutcome | undefined): boolean {
    switch (step.kind) {
      case 'get':
        return result !== undefined && this.#get(step.key, result);
      case 'put':
        this.changes.set(step.key, { value: step.value });
        return result?.kind === 'put';
      case 'delete':
        if (result?.kind !== 'delete') return false;
        if (result.deleted) this.changes.set(step.key, null);
        return this.#see(step.key, { modRevision: result.deleted ? null : 0, value: null });
      case 'txn':
        return result?.kind === 'txn' && this.follow(step, result);
      default:
        return step satisfies never;
    }
  }

  #get(key: string, result: StepOutcome): boolean {
    if (result.kind !== 'found' && result.kind !== 'absent') return false;
    const own = this.changes.get(key);
    if (own === null) return result.kind === 'absent';
    if (own !== undefined) {
      return result.kind === 'found' && result.value === own.value && result.modRevision === this.revision;
    }
    if (result.kind === 'absent') return this.#see(key, { modRevision: 0, value: null });
    return result.modRevision > 0 && this.#see(key, { modRevision: result.modRevision, value: result.value });
  }

  /** Whether the key may have been found so, after all that was told of it. */
  #see(key: string, sight: Sight): boolean {
    const known = this.sights.get(key);
    if (known === undefined) {
      this.sights.set(key, sight);
      return true;
    }
    const isOther = (one: string | number | null, other: string | number | null): boolean =>
      one !== null && other !== null && one !== other;
    if (isOther(known.modRevision, sight.modRevision) || isOther(known.value, sight.value)) return false;
    // It existed, as was told, and did not.
    if ((known.modRevision ?? sight.modRevision) === 0 && known.modRevision !== sight.modRevision) return false;
    this.sights.set(key, {
      modRevision: known.modRevision ?? sight.modRevision,
      value: known.value ?? sight.value,
    });
    return true;
  }
}
