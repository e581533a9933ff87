import {
  type ComparedNumber,
  type Comparison,
  DEFAULT_PAGE_ENTRIES,
  InvalidLimit,
  InvalidRevision,
  type KeyRange,
  type KeySelection,
  MAX_PAGE_ENTRIES,
  MAX_TRANSACTION_DEPTH,
  type Operation,
  type Operator,
  type Transaction,
  TransactionTooLarge,
} from '@quorate/config-store';
import { fenceIn, leaseIn } from './json-fence.ts';
import { counterOf, JsonFields, shown } from './json-fields.ts';

const selectionFields = ['key', 'prefix', 'from', 'to'] as const;
const numberTargets: readonly ComparedNumber[] = ['version', 'createRevision', 'modRevision', 'lease'];
const targets = [...numberTargets, 'value', 'valueBase64', 'exists'] as const;
const operators: readonly Operator[] = ['=', '!=', '<', '>'];

const tooDeep = { what: 'nested transactions', actual: MAX_TRANSACTION_DEPTH + 1, limit: MAX_TRANSACTION_DEPTH };

/** Reads a transaction in JSON; its other limits are checked where those of a msgpack request are. @throws {InvalidRequest | InvalidRevision | InvalidLimit} */
export function transactionIn(fields: JsonFields, depth = 1): Transaction {
  // Before the stack of calls is as deep as a sender likes.
  if (depth > MAX_TRANSACTION_DEPTH) throw new TransactionTooLarge(tooDeep);
  return {
    kind: 'txn',
    compare: fields.list('compare').map(comparisonIn),
    then: fields.list('then').map((one) => operationIn(one, depth)),
    else: fields.list('else').map((one) => operationIn(one, depth)),
  };
}

/** Reads a transaction that was parsed, as `transactionToJson` makes it; `op`, `compare`, `then` and `else` may be left out. @throws {InvalidRequest | InvalidRevision | InvalidLimit} */
export function transactionFromJson(json: unknown): Transaction {
  const fields = JsonFields.of(json);
  fields.allow(['op', 'compare', 'then', 'else'], 'a transaction');
  if (fields.has('op') && fields.get('op') !== 'txn') throw fields.invalid('op', 'is not txn');
  return transactionIn(fields);
}

function comparisonIn(fields: JsonFields): Comparison {
  fields.allow([...selectionFields, ...targets], 'a comparison');
  const keys = selectionIn(fields);
  const [target, ...others] = targets.filter((one) => fields.has(one));
  if (target === undefined || others.length > 0) {
    throw fields.invalid(others[0] ?? 'exists', `is not one of what a comparison compares: ${targets.join(', ')}`);
  }
  switch (target) {
    case 'exists':
      return { target, keys, operand: fields.boolean(target, true) };
    case 'value':
    case 'valueBase64': {
      const { operator, given } = conditionIn(fields, target);
      const operand = target === 'value' ? Buffer.from(given.text('value')) : given.base64('valueBase64');
      return { target: 'value', keys, operator, operand };
    }
    default: {
      const { operator, given } = conditionIn(fields, target);
      const operand = counterOf(given.get(target));
      if (operand === null) throw new InvalidRevision({ given: shown(given.get(target)) });
      return { target, keys, operator, operand };
    }
  }
}

/** What a field is compared with, in a field of the same name. @throws {InvalidRequest} */
function conditionIn(fields: JsonFields, field: string): { readonly operator: Operator; readonly given: JsonFields } {
  const condition = fields.get(field);
  if (typeof condition !== 'object' || condition === null) return { operator: '=', given: fields };
  const under = JsonFields.of(condition, fields.pathOf(field));
  const operator = operators.find((one) => under.has(one));
  if (operator === undefined || under.names.length !== 1) {
    throw fields.invalid(field, `has not one operator of ${operators.join(', ')}`);
  }
  return { operator, given: JsonFields.of({ [field]: under.get(operator) }, fields.pathOf(field)) };
}

function operationIn(fields: JsonFields, depth: number): Operation {
  const op = fields.text('op');
  switch (op) {
    case 'put': {
      fields.allow(['op', 'key', 'value', 'valueBase64', 'contentType', 'lease', 'fence'], op);
      const contentType = fields.textOrNull('contentType');
      const written = { key: fields.text('key'), value: fields.value(op) };
      const typed = contentType === null ? {} : { contentType };
      return { kind: op, ...written, ...typed, ...leaseIn(fields), ...fenceIn(fields) };
    }
    case 'delete':
      fields.allow(['op', ...selectionFields, 'fence'], op);
      return { kind: op, keys: selectionIn(fields), ...fenceIn(fields) };
    case 'get':
      fields.allow(['op', 'key'], op);
      return { kind: op, key: fields.text('key') };
    case 'list':
      fields.allow(['op', 'prefix', 'from', 'to', 'limit'], op);
      return { kind: op, keys: rangeIn(fields), limit: limitIn(fields) };
    case 'txn':
      fields.allow(['op', 'compare', 'then', 'else', 'fence'], op);
      return { ...transactionIn(fields, depth + 1), ...fenceIn(fields) };
    default:
      throw fields.invalid('op', 'is not put, delete, get, list or txn');
  }
}

/** One key by `key`, or a range of them; one of the two has to be there. @throws {InvalidRequest} */
export function selectionIn(fields: JsonFields): KeySelection {
  // What is left out must not stand for all keys.
  if (!['key', 'prefix', 'from'].some((field) => fields.has(field))) throw fields.invalid('key', 'is missing');
  if (!fields.has('key')) return rangeIn(fields);
  for (const other of ['prefix', 'from', 'to']) {
    if (fields.has(other)) throw fields.invalid(other, 'does not go with key');
  }
  return { key: fields.text('key') };
}

/** Keys by `prefix`, or by `from` and perhaps `to`; all keys if there is none of them. @throws {InvalidRequest} */
export function rangeIn(fields: JsonFields): KeyRange {
  if (!fields.has('from') && !fields.has('to')) return { prefix: fields.has('prefix') ? fields.text('prefix') : '' };
  if (fields.has('prefix')) throw fields.invalid('prefix', 'does not go with from and to');
  return { from: fields.text('from'), to: fields.textOrNull('to') };
}

/** Its range is checked where that of a msgpack request is. @throws {InvalidLimit} */
export function limitIn(fields: JsonFields): number {
  if (!fields.isGiven('limit')) return DEFAULT_PAGE_ENTRIES;
  const limit = fields.get('limit');
  if (typeof limit !== 'number') throw new InvalidLimit({ given: shown(limit), limit: MAX_PAGE_ENTRIES });
  return limit;
}
