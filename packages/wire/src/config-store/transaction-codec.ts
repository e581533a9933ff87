import type { ComparedNumber, Comparison, Operation, Operator, Transaction } from '@quorate/config-store';
import { fencedFrame, fencedIn } from './fence-frames.ts';
import type { FrameFields } from './frame-fields.ts';
import { rangeIn, selectionFrame, selectionIn } from './key-frames.ts';

/**
 * `['txn', compare, then, else]`, where a comparison is `[target, keys, operator, operand]` or `['exists', keys, operand]`, and an operation
 * `['put', key, value, contentType | null]`, with a lease behind it if there is one, `['delete', keys]`, `['get', key]`, `['list', keys, limit]` or a transaction; what writes may be fenced (`fencedFrame`).
 */
export const transactionFrame = (transaction: Transaction): readonly unknown[] => [
  'txn',
  transaction.compare.map(comparisonFrame),
  transaction.then.map(operationFrame),
  transaction.else.map(operationFrame),
];

/** Reads what `transactionFrame` made; its shape alone is looked at. @throws what the fields throw */
export function transactionIn(fields: FrameFields): Transaction {
  const compare = fields.list('comparisons').map(comparisonIn);
  const then = fields.list('operations').map(operationIn);
  const otherwise = fields.list('operations').map(operationIn);
  fields.end();
  return { kind: 'txn', compare, then, else: otherwise };
}

function comparisonFrame(comparison: Comparison): readonly unknown[] {
  const keys = selectionFrame(comparison.keys);
  if (comparison.target === 'exists') return ['exists', keys, comparison.operand];
  return [comparison.target, keys, comparison.operator, comparison.operand];
}

const comparedNumbers: ReadonlySet<string> = new Set<ComparedNumber>([
  'version',
  'createRevision',
  'modRevision',
  'lease',
]);
const isComparedNumber = (target: string): target is ComparedNumber => comparedNumbers.has(target);

const operators: ReadonlySet<string> = new Set<Operator>(['=', '!=', '<', '>']);
const isOperator = (text: string): text is Operator => operators.has(text);

function comparisonIn(fields: FrameFields): Comparison {
  const { kind: target } = fields;
  const keys = selectionIn(fields);
  if (target === 'exists') return ended(fields, { target, keys, operand: fields.boolean('operand') });
  const operator = operatorIn(fields);
  if (target === 'value') return ended(fields, { target, keys, operator, operand: fields.bytes('operand') });
  if (!isComparedNumber(target)) throw fields.unknown();
  return ended(fields, { target, keys, operator, operand: fields.number('operand') });
}

function operatorIn(fields: FrameFields): Operator {
  const operator = fields.text('operator');
  if (!isOperator(operator)) throw fields.invalid(`the operator ${JSON.stringify(operator.slice(0, 8))} is not known`);
  return operator;
}

function operationFrame(operation: Operation): readonly unknown[] {
  switch (operation.kind) {
    case 'put':
      return fencedFrame(operation.fence, putFrame(operation));
    case 'delete':
      return fencedFrame(operation.fence, ['delete', selectionFrame(operation.keys)]);
    case 'get':
      return ['get', operation.key];
    case 'list':
      return ['list', selectionFrame(operation.keys), operation.limit];
    case 'txn':
      return fencedFrame(operation.fence, transactionFrame(operation));
  }
}

function putFrame({ key, value, contentType, lease }: Operation & { readonly kind: 'put' }): readonly unknown[] {
  const frame = ['put', key, value, contentType ?? null];
  return lease === undefined ? frame : [...frame, lease];
}

function operationIn(fields: FrameFields): Operation {
  if (fields.kind !== 'fenced') return plainOperationIn(fields);
  const fenced = fencedIn(fields, plainOperationIn);
  // A read that is fenced is nothing that a version of this ever made.
  if (fenced.kind === 'get' || fenced.kind === 'list') throw fields.invalid('what is fenced is no write');
  return ended(fields, fenced);
}

function plainOperationIn(fields: FrameFields): Operation {
  const { kind } = fields;
  switch (kind) {
    case 'put':
      return ended(fields, {
        kind,
        key: fields.text('key'),
        value: fields.bytes('value'),
        ...contentTypeIn(fields),
        ...(fields.isAtEnd ? {} : { lease: fields.number('lease') }),
      });
    case 'delete':
      return ended(fields, { kind, keys: selectionIn(fields) });
    case 'get':
      return ended(fields, { kind, key: fields.text('key') });
    case 'list':
      return ended(fields, { kind, keys: rangeIn(fields), limit: fields.number('limit') });
    case 'txn':
      return transactionIn(fields);
    default:
      throw fields.unknown();
  }
}

function contentTypeIn(fields: FrameFields): { readonly contentType?: string } {
  const contentType = fields.textOrNull('content type');
  return contentType === null ? {} : { contentType };
}

function ended<Read>(fields: FrameFields, read: Read): Read {
  fields.end();
  return read;
}
