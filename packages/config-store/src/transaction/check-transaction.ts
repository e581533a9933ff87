import { checkContentType } from '../content-type.ts';
import { InvalidCommand } from '../errors.ts';
import { checkFence } from '../fence/check-fence.ts';
import { areKeys, boundsOf, checkRange, checkSelection, type KeyBounds, type KeySelection } from '../key-range.ts';
import { checkLeaseId } from '../lease/check-lease.ts';
import { checkKey, checkPageLimit, checkRevision, checkValue } from '../limits.ts';
import { compareUtf8 } from '../utf8.ts';
import { KeyWrittenTwice, TransactionTooLarge } from './errors.ts';
import { MAX_TRANSACTION_DEPTH, MAX_TRANSACTION_OPERATIONS } from './limits.ts';
import type { Comparison, Operation, Transaction } from './transaction.ts';

/**
 * Checks a transaction as far as it can be without the store.
 * @throws {InvalidKey | KeyTooLarge | InvalidRange | ValueTooLarge | InvalidContentType | InvalidRevision | InvalidLimit | InvalidCommand}
 * @throws {InvalidLease | InvalidFence}
 * @throws {TransactionTooLarge} if it has too many operations or comparisons, or is nested too deep
 * @throws {KeyWrittenTwice} if a key may be written twice on one of the ways that it may take
 */
export function checkTransaction(transaction: Transaction): void {
  checkDepth(transaction, 1);
  checkCount('operations', operationsOf(transaction));
  checkCount('comparisons', comparisonsOf(transaction));
  checkParts(transaction);
  checkWrites(transaction);
}

function checkDepth({ then, else: otherwise }: Transaction, depth: number): void {
  if (depth > MAX_TRANSACTION_DEPTH) {
    throw new TransactionTooLarge({ what: 'nested transactions', actual: depth, limit: MAX_TRANSACTION_DEPTH });
  }
  for (const operation of [...then, ...otherwise]) {
    if (operation.kind === 'txn') checkDepth(operation, depth + 1);
  }
}

function checkCount(what: 'operations' | 'comparisons', actual: number): void {
  if (actual > MAX_TRANSACTION_OPERATIONS) {
    throw new TransactionTooLarge({ what, actual, limit: MAX_TRANSACTION_OPERATIONS });
  }
}

/** How many operations it does at most, whichever way it goes. */
function operationsOf({ then, else: otherwise }: Transaction): number {
  const count = (operations: readonly Operation[]): number =>
    operations.reduce((sum, one) => sum + 1 + (one.kind === 'txn' ? operationsOf(one) : 0), 0);
  return Math.max(count(then), count(otherwise));
}

/** How many comparisons it makes at most, whichever way it goes. */
function comparisonsOf({ compare, then, else: otherwise }: Transaction): number {
  const count = (operations: readonly Operation[]): number =>
    operations.reduce((sum, one) => sum + (one.kind === 'txn' ? comparisonsOf(one) : 0), 0);
  return compare.length + Math.max(count(then), count(otherwise));
}

function checkParts({ compare, then, else: otherwise }: Transaction): void {
  for (const comparison of compare) checkComparison(comparison);
  for (const operation of [...then, ...otherwise]) checkOperation(operation);
}

function checkComparison(comparison: Comparison): void {
  checkKeys(comparison.keys);
  checkSelection(comparison.keys);
  const { operand } = comparison;
  switch (comparison.target) {
    case 'exists':
      if (typeof operand !== 'boolean') throw new InvalidCommand({ reason: 'exists is compared with true or false' });
      return;
    case 'value':
      if (!(operand instanceof Uint8Array)) throw new InvalidCommand({ reason: 'a value is compared with bytes' });
      return checkValue(operand);
    default:
      if (typeof operand !== 'number') throw new InvalidCommand({ reason: 'a number is compared with a number' });
      return checkRevision(operand);
  }
}

function checkKeys(keys: KeySelection): void {
  if (!areKeys(keys)) throw new InvalidCommand({ reason: 'the keys are none' });
}

function checkOperation(operation: Operation): void {
  if ('fence' in operation) checkFence(operation.fence);
  switch (operation.kind) {
    case 'put':
      checkKey(operation.key);
      checkValue(operation.value);
      if (operation.contentType !== undefined) checkContentType(operation.contentType);
      if (operation.lease !== undefined) checkLeaseId(operation.lease);
      return;
    case 'delete':
      checkKeys(operation.keys);
      return checkSelection(operation.keys);
    case 'get':
      return checkKey(operation.key);
    case 'list':
      checkKeys(operation.keys);
      checkRange(operation.keys);
      return checkPageLimit(operation.limit);
    case 'txn':
      return checkParts(operation);
    default:
      throw new InvalidCommand({ reason: `an operation is not known: ${operation satisfies never}` });
  }
}

/** Keys that an operation may write, and which operation of its list that is. */
interface Write extends KeyBounds {
  readonly by: Operation;
}

/** Gives all that the transaction may write, whichever way it goes. What the two ways write may overlap, for only one of them is taken. */
function checkWrites({ then, else: otherwise }: Transaction): readonly KeyBounds[] {
  return [...checkWritesOf(then), ...checkWritesOf(otherwise)];
}

/** No two operations of a list may write one key; the two ways of one nested transaction may. */
function checkWritesOf(operations: readonly Operation[]): readonly KeyBounds[] {
  const writes = operations.flatMap((by) => boundsWrittenBy(by).map((bounds): Write => ({ ...bounds, by })));
  // Of those that begin before a write, one that overlaps it overlaps it with its end: the farthest of any, or of any other operation.
  let farthest: Write | null = null;
  let farthestOfOthers: Write | null = null;
  for (const write of writes.toSorted((one, other) => compareUtf8(one.from, other.from))) {
    const isOwn: boolean = farthest?.by === write.by;
    const before: Write | null = isOwn ? farthestOfOthers : farthest;
    if (before !== null && reaches(before, write.from)) throw new KeyWrittenTwice({ key: write.from });
    if (farthest === null || isFarther(write, farthest)) {
      if (!isOwn) farthestOfOthers = farthest;
      farthest = write;
    } else if (!isOwn && (farthestOfOthers === null || isFarther(write, farthestOfOthers))) {
      farthestOfOthers = write;
    }
  }
  return writes;
}

const reaches = ({ to }: KeyBounds, key: string): boolean => to === null || compareUtf8(key, to) < 0;

const isFarther = (one: KeyBounds, other: KeyBounds): boolean =>
  other.to !== null && (one.to === null || compareUtf8(one.to, other.to) > 0);

function boundsWrittenBy(operation: Operation): readonly KeyBounds[] {
  switch (operation.kind) {
    case 'put':
      return [boundsOf({ key: operation.key })];
    case 'delete':
      return [boundsOf(operation.keys)];
    case 'txn':
      return checkWrites(operation);
    default:
      return [];
  }
}
