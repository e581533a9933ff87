import { configStoreModel } from '../models/config-store.ts';
import type {
  StepOutcome,
  StoreOperation,
  StoreOutcome,
  TransactionOperation,
  TransactionStep,
  WayOutcome,
} from './transaction.ts';

/** An operation of the store and its outcome, in a few words. */
export function describeStoreOperation(operation: StoreOperation, outcome: StoreOutcome | null): string {
  if (operation.kind !== 'txn') {
    return configStoreModel.describe(operation, outcome?.kind === 'txn' ? null : outcome);
  }
  if (outcome === null || outcome.kind !== 'txn') return `${describeTransaction(operation)}: unknown`;
  return `${describeTransaction(operation)}: ${describeWay(outcome)} at revision ${outcome.revision}`;
}

function describeTransaction({ compare, then, else: otherwise }: TransactionOperation): string {
  const compared = compare.map(({ key, modRevision }) => `${key} at ${modRevision}`).join(', ');
  return `if ${compared || 'anything'} [${describeSteps(then)}] else [${describeSteps(otherwise)}]`;
}

const describeSteps = (steps: readonly TransactionStep[]): string => steps.map(describeStep).join(', ');

function describeStep(step: TransactionStep): string {
  if (step.kind === 'txn') return describeTransaction(step);
  return step.kind === 'put' ? `put ${step.key} ${JSON.stringify(step.value)}` : `${step.kind} ${step.key}`;
}

const describeWay = ({ succeeded, results }: WayOutcome): string =>
  `${succeeded ? 'then' : 'else'} [${results.map(describeResult).join(', ')}]`;

function describeResult(result: StepOutcome): string {
  switch (result.kind) {
    case 'found':
      return `${JSON.stringify(result.value)} of revision ${result.modRevision}`;
    case 'delete':
      return result.deleted ? 'deleted' : 'nothing deleted';
    case 'txn':
      return describeWay(result);
    default:
      return result.kind;
  }
}
