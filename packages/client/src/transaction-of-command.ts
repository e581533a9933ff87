import type {
  Comparison as StoreComparison,
  Fence as StoreFence,
  Operation as StoreOperation,
  Transaction as StoreTransaction,
} from '@quorate/config-store';
import type { Comparison, Fence, NumberCondition, Operation, Transaction, ValueCondition } from './transaction.ts';

/** The transaction that a command holds, as callers write it. Its values are bytes. */
export const transactionOf = ({ compare, then, else: otherwise }: StoreTransaction): Required<Transaction> => ({
  compare: compare.map(comparisonOf),
  then: then.map(operationOf),
  else: otherwise.map(operationOf),
});

/** What a write is fenced with, as callers have it. */
export const toFence = (fence: StoreFence | undefined): { readonly fence?: Fence } =>
  fence === undefined ? {} : { fence: { lock: fence.lock, token: BigInt(fence.token) } };

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
      const { kind: op, lease, fence, ...put } = operation;
      const leased = lease === undefined ? {} : { lease: BigInt(lease) };
      return { op, ...put, ...leased, ...toFence(fence) };
    }
    case 'delete':
      return { op: 'delete', ...operation.keys, ...toFence(operation.fence) };
    case 'get':
      return { op: 'get', key: operation.key };
    case 'list':
      return { op: 'list', ...operation.keys, limit: operation.limit };
    case 'txn':
      return { op: 'txn', ...transactionOf(operation), ...toFence(operation.fence) };
  }
}
