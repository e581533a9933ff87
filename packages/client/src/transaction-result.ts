import type {
  OperationResult as StoreOperationResult,
  TransactionOutcome as StoreOutcome,
} from '@quorate/config-store';
import { OutcomeUnknown } from './errors.ts';
import { toEntry } from './stored-value.ts';
import type { OperationResult, Transaction, TransactionOutcome, TransactionResult } from './transaction.ts';

/**
 * What came of a transaction, as its caller gets it.
 * @throws {OutcomeUnknown} if that is not what comes of such a transaction
 */
export function toResult<Ran extends Transaction>(
  transaction: Ran,
  { revision, ...outcome }: StoreOutcome & { readonly revision: number },
): TransactionResult<Ran> {
  const result: TransactionResult = { ...toOutcome(outcome), revision: BigInt(revision) };
  if (isResultOf(transaction, result)) return result;
  throw new OutcomeUnknown('the reply cannot be read: the transaction may have been made');
}

const isResultOf = <Ran extends Transaction>(
  transaction: Ran,
  result: TransactionResult,
): result is TransactionResult<Ran> => isOutcomeOf(transaction, result);

/** Whether there is a result for each operation of the way that was taken, of the operation's kind. */
function isOutcomeOf(
  { then = [], else: otherwise = [] }: Transaction,
  { succeeded, results }: TransactionOutcome,
): boolean {
  const operations = succeeded ? then : otherwise;
  if (results.length !== operations.length) return false;
  return operations.every((operation, at) => {
    const result = results[at];
    if (operation.op === 'txn' && result?.op === 'txn') return isOutcomeOf(operation, result);
    return result?.op === operation.op;
  });
}

const toOutcome = ({ succeeded, results }: StoreOutcome): TransactionOutcome => ({
  succeeded,
  results: results.map(toOperationResult),
});

function toOperationResult(result: StoreOperationResult): OperationResult {
  switch (result.kind) {
    case 'put':
      return { op: 'put' };
    case 'delete':
      return { op: 'delete', deleted: result.deleted };
    case 'get':
      return { op: 'get', entry: result.entry === null ? null : toEntry(result.entry) };
    case 'list':
      return { op: 'list', entries: result.entries.map(toEntry), more: result.more };
    case 'txn':
      return { op: 'txn', ...toOutcome(result) };
  }
}
