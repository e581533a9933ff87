import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type CommandResult,
  type Comparison,
  isSelected,
  type KeyRange,
  KeyWrittenTwice,
  type Operation,
  type OperationResult,
  type Operator,
  type StoredEntry,
  type Transaction,
  type TransactionOutcome,
} from '../src/index.ts';
import { StoreFixture } from './store-fixture.ts';

const compareBytes = (one: Uint8Array, other: Uint8Array): number => Buffer.compare(one, other);
const byKey = (one: StoredEntry, other: StoredEntry): number =>
  Buffer.compare(Buffer.from(one.key), Buffer.from(other.key));

/** Transactions on a plain map, said as plainly as possible. */
class Model {
  entries = new Map<string, StoredEntry>();
  revision = 0;

  run(transaction: Transaction): CommandResult {
    const before = new Map(this.entries);
    const written = new Set<string>();
    try {
      const outcome = this.#take(transaction, before, written);
      if (written.size > 0) this.revision += 1;
      return { ...outcome, revision: this.revision };
    } catch (error) {
      if (!(error instanceof KeyWrittenTwice)) throw error;
      this.entries = before;
      return { kind: 'failed', error: error.toData() };
    }
  }

  #take(transaction: Transaction, before: ReadonlyMap<string, StoredEntry>, written: Set<string>): TransactionOutcome {
    const succeeded = transaction.compare.every((comparison) => holds(comparison, [...before.values()]));
    const results = (succeeded ? transaction.then : transaction.else).map((one) => this.#do(one, before, written));
    return { kind: 'txn', succeeded, results };
  }

  #do(operation: Operation, before: ReadonlyMap<string, StoredEntry>, written: Set<string>): OperationResult {
    switch (operation.kind) {
      case 'put': {
        const { key, value, contentType = null } = operation;
        this.#write(key, written);
        const old = this.entries.get(key);
        const modRevision = this.revision + 1;
        const createRevision = old?.createRevision ?? modRevision;
        const version = (old?.version ?? 0) + 1;
        this.entries.set(key, { key, value, createRevision, modRevision, version, lease: null, contentType });
        return { kind: 'put' };
      }
      case 'delete': {
        const doomed = [...this.entries.keys()].filter((key) => isSelected(key, operation.keys));
        for (const key of doomed) {
          this.#write(key, written);
          this.entries.delete(key);
        }
        return { kind: 'delete', deleted: doomed.length };
      }
      case 'get':
        return { kind: 'get', entry: this.entries.get(operation.key) ?? null };
      case 'list': {
        const found = this.within(operation.keys);
        return { kind: 'list', entries: found.slice(0, operation.limit), more: found.length > operation.limit };
      }
      case 'txn':
        return this.#take(operation, before, written);
    }
  }

  within(keys: KeyRange): readonly StoredEntry[] {
    return [...this.entries.values()].filter(({ key }) => isSelected(key, keys)).sort(byKey);
  }

  #write(key: string, written: Set<string>): void {
    if (written.has(key)) throw new KeyWrittenTwice({ key });
    written.add(key);
  }
}

function holds(comparison: Comparison, entries: readonly StoredEntry[]): boolean {
  const { keys } = comparison;
  const selected = entries.filter(({ key }) => isSelected(key, keys));
  if (comparison.target === 'exists') return selected.length > 0 === comparison.operand;
  const compared: readonly (StoredEntry | null)[] = selected.length === 0 ? [null] : selected;
  return compared.every((entry) => {
    if (comparison.target === 'value') {
      return entry !== null && isOrder(compareBytes(entry.value, comparison.operand), comparison.operator);
    }
    return isOrder((entry?.[comparison.target] ?? 0) - comparison.operand, comparison.operator);
  });
}

function isOrder(order: number, operator: Operator): boolean {
  return { '=': order === 0, '!=': order !== 0, '<': order < 0, '>': order > 0 }[operator];
}

const key = fc.constantFrom('/a', '/a/1', '/a/2', '/b', '/b/1', '/é', '/\uffee', '/\u{1f600}');
const range: fc.Arbitrary<KeyRange> = fc.oneof(
  fc.constantFrom('', '/', '/a', '/a/', '/b').map((prefix) => ({ prefix })),
  fc
    .tuple(key, fc.option(key, { freq: 3 }))
    .filter(([from, to]) => to === null || Buffer.compare(Buffer.from(from), Buffer.from(to)) < 0)
    .map(([from, to]) => ({ from, to })),
);
const selection = fc.oneof({ weight: 3, arbitrary: fc.record({ key }) }, range);
const value = fc.constantFrom('', 'x', 'xy', 'z').map((text) => new Uint8Array(Buffer.from(text)));
const operator = fc.constantFrom<Operator>('=', '!=', '<', '>');
const comparison: fc.Arbitrary<Comparison> = fc.oneof(
  fc.record({ target: fc.constant('exists' as const), keys: selection, operand: fc.boolean() }),
  fc.record({ target: fc.constant('value' as const), keys: selection, operator, operand: value }),
  fc.record({
    target: fc.constantFrom('version' as const, 'createRevision' as const, 'modRevision' as const, 'lease' as const),
    keys: selection,
    operator,
    operand: fc.nat({ max: 6 }),
  }),
);
const { transaction } = fc.letrec<{ operation: Operation; transaction: Transaction }>((tie) => ({
  operation: fc.oneof(
    { maxDepth: 3 },
    fc.record({ kind: fc.constant('put' as const), key, value, contentType: fc.constant('text/plain') }),
    fc.record({ kind: fc.constant('put' as const), key, value }),
    fc.record({ kind: fc.constant('delete' as const), keys: selection }),
    fc.record({ kind: fc.constant('get' as const), key }),
    fc.record({ kind: fc.constant('list' as const), keys: range, limit: fc.integer({ min: 1, max: 4 }) }),
    tie('transaction'),
  ),
  transaction: fc.record({
    kind: fc.constant('txn' as const),
    compare: fc.array(comparison, { maxLength: 2 }),
    then: fc.array(tie('operation'), { maxLength: 4 }),
    else: fc.array(tie('operation'), { maxLength: 2 }),
  }),
}));

it('does what it does on a plain map, and shows every past revision as it was', () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 10 }), (transactions) => {
      const fixture = new StoreFixture();
      const model = new Model();
      const past: (readonly StoredEntry[])[] = [];
      for (const one of transactions) {
        const result = fixture.run(one);
        // What may be written twice on either way is refused, so that it does not depend on the way that is taken.
        if (result.kind === 'failed') {
          expect(result.error.code).toBe('KeyWrittenTwice');
          continue;
        }
        expect(result).toEqual(model.run(one));
        expect(fixture.store.revision).toBe(model.revision);
        past[model.revision] = model.within({ prefix: '' });
      }
      for (const [revision, entries] of past.entries()) {
        if (revision === 0 || entries === undefined) continue;
        const query = { kind: 'list', keys: { prefix: '' }, after: null, limit: 100, keysOnly: false } as const;
        expect(fixture.ask({ ...query, revision }).entries).toEqual(entries);
        for (const entry of entries) expect(fixture.get(entry.key, revision).entry).toEqual(entry);
      }
    }),
    { numRuns: 10_000 },
  );
});
