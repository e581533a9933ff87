import type {
  Comparison as StoreComparison,
  Operation as StoreOperation,
  Transaction as StoreTransaction,
} from '@quorate/config-store';
import type { Comparison, NumberCondition, Operation, Transaction, ValueCondition } from './transaction.ts';

/** The transaction that a command holds, as callers write it. Its values are bytes. */
export const transactionOf = ({ compare, then, else: otherwise }: StoreTransaction): Required<Transaction> => ({
  compare: compare.map(comparisonOf),
  then: then.map(operationOf),
  else: otherwise.map(operationOf),
});

function comparisonOf(comparison: StoreComparison): Comparison {
  const { keys } = comparison;
  switch (comparison.target) {
    case 'exists':
      return { ...keys, exists: comparison.operand };
    case 'value':
      return { ...keys, value: valueCondition(comparison) };
    case 'version':
      return { ...keys, version: numberCondition(comparison) };
    case 'createRevision':
      return { ...keys, createRevision: numberCondition(comparison) };
    case 'modRevision':
      return { ...keys, modRevision: numberCondition(comparison) };
    case 'lease':
      return { ...keys, lease: numberCondition(comparison) };
  }
}

function numberCondition({
  operator,
  operand,
}: Exclude<StoreComparison, { target: 'value' | 'exists' }>): NumberCondition {
  const number = BigInt(operand);
  switch (operator) {
    case '=':
      return number;
    case '!=':
      return { '!=': number };
    case '<':
      return { '<': number };
    case '>':
      return { '>': number };
  }
}

function valueCondition({ operator, operand }: Extract<StoreComparison, { target: 'value' }>): ValueCondition {
  switch (operator) {
    case '=':
      return operand;
    case '!=':
      return { '!=': operand };
    case '<':
      return { '<': operand };
    case '>':
      return { '>': operand };
  }
}

function operationOf(operation: StoreOperation): Operation {
  switch (operation.kind) {
    case 'put': {
      const { kind: op, ...put } = operation;
      return { op, ...put };
    }
    case 'delete':
      return { op: 'delete', ...operation.keys };
    case 'get':
      return { op: 'get', key: operation.key };
    case 'list':
      return { op: 'list', ...operation.keys, limit: operation.limit };
    case 'txn':
      return { op: 'txn', ...transactionOf(operation) };
  }
}
