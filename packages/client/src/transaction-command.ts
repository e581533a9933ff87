import {
  DEFAULT_PAGE_ENTRIES,
  InvalidCommand,
  type Operator,
  type Comparison as StoreComparison,
  type KeyRange as StoreKeyRange,
  type KeySelection as StoreKeySelection,
  type Operation as StoreOperation,
  type Transaction as StoreTransaction,
} from '@quorate/config-store';
import { checkFenceOption, checkLeaseOption, revisionNumber } from './check-options.ts';
import { valueBytes } from './stored-value.ts';
import type { Comparison, KeyRange, KeySelection, Operation, Transaction } from './transaction.ts';

const numberTargets = ['version', 'createRevision', 'modRevision', 'lease'] as const;
const targets = [...numberTargets, 'value', 'exists'] as const;
const operators = ['=', '!=', '<', '>'] as const;

/** The command of a transaction. Callers in plain JavaScript are bound by no type. @throws {InvalidCommand | InvalidRevision} */
export function toCommand(transaction: Transaction): StoreTransaction {
  const { compare, then, else: otherwise } = checkObject(transaction, 'a transaction');
  return {
    kind: 'txn',
    compare: checkList(compare, 'compare').map(toComparison),
    then: checkList(then, 'then').map(toOperation),
    else: checkList(otherwise, 'else').map(toOperation),
  };
}

function toComparison(comparison: Comparison): StoreComparison {
  const fields: Readonly<Record<string, unknown>> = { ...checkObject(comparison, 'a comparison') };
  const keys = toSelection(comparison);
  const [target, ...others] = targets.filter((one) => fields[one] !== undefined);
  if (target === undefined || others.length > 0) {
    throw invalid(`a comparison compares one of ${targets.join(', ')}`);
  }
  if (target === 'exists') return { target, keys, operand: checkBoolean(fields[target]) };
  const { operator, operand } = conditionOf(fields[target], target);
  if (target === 'value') return { target, keys, operator, operand: checkedBytes(operand) };
  return { target, keys, operator, operand: revisionNumber(operand) };
}

/** What is compared with, alone or under an operator. */
function conditionOf(condition: unknown, target: string): { readonly operator: Operator; readonly operand: unknown } {
  if (typeof condition !== 'object' || condition === null || condition instanceof Uint8Array) {
    return { operator: '=', operand: condition };
  }
  const [first, ...others] = Object.entries(condition);
  const operator = operators.find((one) => one === first?.[0]);
  if (first === undefined || operator === undefined || others.length > 0) {
    throw invalid(`${target} is compared under one of ${operators.join(', ')}`);
  }
  return { operator, operand: first[1] };
}

function toOperation(operation: Operation): StoreOperation {
  const { op } = checkObject(operation, 'an operation');
  switch (operation.op) {
    case 'put': {
      const { key, value, contentType, lease, fence } = operation;
      const written = { key: checkText(key, 'key'), value: valueBytes(value) };
      const typed = contentType === undefined ? {} : { contentType };
      return { kind: 'put', ...written, ...typed, ...checkLeaseOption(lease), ...checkFenceOption(fence) };
    }
    case 'delete':
      return { kind: 'delete', keys: toSelection(operation), ...checkFenceOption(operation.fence) };
    case 'get':
      return { kind: 'get', key: checkText(operation.key, 'key') };
    case 'list':
      return { kind: 'list', keys: toRange(operation), limit: operation.limit ?? DEFAULT_PAGE_ENTRIES };
    case 'txn':
      return { ...toCommand(operation), ...checkFenceOption(operation.fence) };
    default:
      throw invalid(`the operation ${JSON.stringify(op)} is not known`);
  }
}

function toSelection(selection: KeySelection): StoreKeySelection {
  return 'key' in selection ? { key: checkText(selection.key, 'key') } : toRange(selection);
}

/** Keys by their prefix, or from one to another. @throws {InvalidCommand} */
export function toRange(range: KeyRange): StoreKeyRange {
  if ('prefix' in range) return { prefix: checkText(range.prefix, 'prefix') };
  if (!('from' in range)) throw invalid('there are no keys: key, prefix or from is missing');
  const { from, to } = range;
  return { from: checkText(from, 'from'), to: to === null || to === undefined ? null : checkText(to, 'to') };
}

function checkObject<Given extends object>(given: Given, what: string): Given {
  if (typeof given === 'object' && given !== null) return given;
  throw invalid(`${what} is no object`);
}

function checkList<Item>(list: readonly Item[] | undefined, what: string): readonly Item[] {
  if (list === undefined) return [];
  if (!Array.isArray(list)) throw invalid(`${what} is no list`);
  return list;
}

function checkText(given: unknown, what: string): string {
  if (typeof given !== 'string') throw invalid(`${what} is no text`);
  return given;
}

function checkBoolean(given: unknown): boolean {
  if (typeof given !== 'boolean') throw invalid('exists is neither true nor false');
  return given;
}

function checkedBytes(given: unknown): Uint8Array {
  if (typeof given !== 'string' && !(given instanceof Uint8Array)) throw invalid('value is neither text nor bytes');
  return valueBytes(given);
}

const invalid = (reason: string): InvalidCommand => new InvalidCommand({ reason });
