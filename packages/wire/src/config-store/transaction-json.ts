import type { Comparison, Operation, Operator, Transaction } from '@quorate/config-store';
import { type ValueJson, valueToJson } from './entry-json.ts';
import { type FenceJson, fenceToJson } from './fence-json.ts';

/** One key, or a range of them, as JSON has them: `key`, or `prefix`, or `from` and `to`, which is null if the range has no end. */
export interface SelectionJson {
  readonly key?: string;
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string | null;
}

/** What something is compared with: it alone where the two are to be equal, or under an operator. */
export type ConditionJson = string | { readonly [operator in Operator]?: string };

/** A comparison as JSON: beside the keys there is one field, for what of them is compared. */
export interface ComparisonJson extends SelectionJson {
  readonly version?: ConditionJson;
  readonly createRevision?: ConditionJson;
  readonly modRevision?: ConditionJson;
  readonly lease?: ConditionJson;
  readonly value?: ConditionJson;
  readonly valueBase64?: ConditionJson;
  readonly exists?: boolean;
}

/** An operation as JSON. */
export type OperationJson =
  | ({
      readonly op: 'put';
      readonly key: string;
      readonly contentType?: string;
      readonly lease?: string;
      readonly fence?: FenceJson;
    } & ValueJson)
  | ({ readonly op: 'delete'; readonly fence?: FenceJson } & SelectionJson)
  | { readonly op: 'get'; readonly key: string }
  | ({ readonly op: 'list'; readonly limit: number } & Omit<SelectionJson, 'key'>)
  | (TransactionJson & { readonly fence?: FenceJson });

/** A transaction as JSON. */
export interface TransactionJson {
  readonly op: 'txn';
  readonly compare: readonly ComparisonJson[];
  readonly then: readonly OperationJson[];
  readonly else: readonly OperationJson[];
}

/** A transaction as JSON. */
export const transactionToJson = ({ compare, then, else: otherwise }: Transaction): TransactionJson => ({
  op: 'txn',
  compare: compare.map(comparisonToJson),
  then: then.map(operationToJson),
  else: otherwise.map(operationToJson),
});

function comparisonToJson(comparison: Comparison): ComparisonJson {
  const { target, keys } = comparison;
  if (target === 'exists') return { ...keys, exists: comparison.operand };
  const { operator } = comparison;
  const conditionOf = (operand: string): ConditionJson => (operator === '=' ? operand : { [operator]: operand });
  if (target !== 'value') return { ...keys, [target]: conditionOf(String(comparison.operand)) };
  const value = valueToJson(comparison.operand);
  if ('value' in value) return { ...keys, value: conditionOf(value.value) };
  return { ...keys, valueBase64: conditionOf(value.valueBase64) };
}

function operationToJson(operation: Operation): OperationJson {
  switch (operation.kind) {
    case 'put': {
      const { key, value, contentType, lease } = operation;
      const typed = contentType === undefined ? {} : { contentType };
      const leased = lease === undefined ? {} : { lease: String(lease) };
      return { op: 'put', key, ...valueToJson(value), ...typed, ...leased, ...fenceToJson(operation.fence) };
    }
    case 'delete':
      return { op: 'delete', ...operation.keys, ...fenceToJson(operation.fence) };
    case 'get':
      return { op: 'get', key: operation.key };
    case 'list':
      return { op: 'list', ...operation.keys, limit: operation.limit };
    case 'txn':
      return { ...transactionToJson(operation), ...fenceToJson(operation.fence) };
  }
}
