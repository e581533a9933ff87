import type { StepOutcome, TransactionOperation, TransactionOutcome, TransactionStep } from '@quorate/checker';
import type { CommandResult, Operation, OperationResult, SessionPlace, Transaction } from '@quorate/config-store';
import { bytesOf, textOf } from './text-bytes.ts';

type TransactionResult = Extract<CommandResult, { readonly kind: 'txn' }>;

/** A transaction of a client, with what it stands for in a history. */
export interface PlainTransaction extends Transaction {
  readonly asked: TransactionOperation;
  readonly inSession?: SessionPlace;
}

/** The command that a client sends. */
export const transactionOf = (asked: TransactionOperation): PlainTransaction => ({ ...commandOf(asked), asked });

const commandOf = ({ compare, then, else: otherwise }: TransactionOperation): Transaction => ({
  kind: 'txn',
  compare: compare.map(({ key, modRevision }) => ({
    target: 'modRevision',
    keys: { key },
    operator: '=',
    operand: modRevision,
  })),
  then: then.map(operationOf),
  else: otherwise.map(operationOf),
});

function operationOf(step: TransactionStep): Operation {
  switch (step.kind) {
    case 'get':
      return step;
    case 'put':
      return { ...step, value: bytesOf(step.value) };
    case 'delete':
      return { kind: 'delete', keys: { key: step.key } };
    case 'txn':
      return commandOf(step);
    default:
      return step satisfies never;
  }
}

/** A transaction in one line. */
export const transactionText = ({ asked }: PlainTransaction): string => JSON.stringify(asked);

/** Reads what `transactionText` made. */
export function parseTransaction(text: string): PlainTransaction {
  const asked: TransactionOperation = JSON.parse(text);
  return transactionOf(asked);
}

/** What came of a transaction, in one line. */
export const transactionResultText = ({ succeeded, revision, results }: TransactionResult): string =>
  JSON.stringify({ kind: 'txn', succeeded, revision, results: results.map(outcomeOf) } satisfies TransactionOutcome);

function outcomeOf(result: OperationResult): StepOutcome {
  switch (result.kind) {
    case 'get':
      if (result.entry === null) return { kind: 'absent' };
      return { kind: 'found', value: textOf(result.entry.value), modRevision: result.entry.modRevision };
    case 'put':
      return result;
    case 'delete':
      return { kind: 'delete', deleted: result.deleted > 0 };
    case 'list':
      throw new RangeError('nobody asked for a list');
    case 'txn':
      return { ...result, results: result.results.map(outcomeOf) };
    default:
      return result satisfies never;
  }
}

/** Reads what `transactionResultText` made. */
export const parseTransactionResult = (text: string): TransactionOutcome => JSON.parse(text);

/** What a transaction does to a key; null: it removes it. */
export interface TransactionChange {
  readonly key: string;
  readonly value: string | null;
}

/** What a transaction changes, in its order, by the revisions of the keys' last changes before it; 0: the key does not exist. */
export function changesOf(
  { compare, then, else: otherwise }: TransactionOperation,
  revisionOf: (key: string) => number,
): readonly TransactionChange[] {
  const succeeded = compare.every(({ key, modRevision }) => revisionOf(key) === modRevision);
  return (succeeded ? then : otherwise).flatMap((step): readonly TransactionChange[] => {
    if (step.kind === 'txn') return changesOf(step, revisionOf);
    if (step.kind === 'put') return [step];
    return step.kind === 'delete' && revisionOf(step.key) > 0 ? [{ key: step.key, value: null }] : [];
  });
}

/** The keys that a transaction may write. */
export function keysWrittenIn({ then, else: otherwise }: TransactionOperation): ReadonlySet<string> {
  const keys = [...then, ...otherwise].flatMap((step) => {
    if (step.kind === 'get') return [];
    return step.kind === 'txn' ? [...keysWrittenIn(step)] : [step.key];
  });
  return new Set(keys);
}

/** What somebody who was told the outcome knows of the revisions of keys. */
export function revisionsTold(
  operation: TransactionOperation,
  outcome: TransactionOutcome,
): readonly (readonly [string, number])[] {
  const told = (
    { then, else: otherwise }: TransactionOperation,
    { succeeded, results }: Pick<TransactionOutcome, 'succeeded' | 'results'>,
  ): readonly (readonly [string, number])[] =>
    (succeeded ? then : otherwise).flatMap((step, at) => {
      const result = results[at];
      if (step.kind === 'txn') return result?.kind === 'txn' ? told(step, result) : [];
      if (result?.kind === 'found') return [[step.key, result.modRevision] as const];
      return [[step.key, step.kind === 'put' ? outcome.revision : 0] as const];
    });
  return told(operation, outcome);
}
