import type { AttributedChange, KeyChange, OperationResult, TransactionOutcome } from '@quorate/config-store';
import { type EntryJson, entryToJson, valueToJson } from './entry-json.ts';
import { timestampText } from './timestamp-text.ts';

/** What came of an operation, as JSON. */
export type OperationResultJson =
  | { readonly op: 'put' }
  | { readonly op: 'delete'; readonly deleted: number }
  | { readonly op: 'get'; readonly entry: EntryJson | null }
  | { readonly op: 'list'; readonly entries: readonly EntryJson[]; readonly more: boolean }
  | OutcomeJson;

/** What came of a transaction, as JSON. */
export interface OutcomeJson {
  readonly op: 'txn';
  readonly succeeded: boolean;
  readonly results: readonly OperationResultJson[];
}

/** What came of a transaction, as JSON. */
export const outcomeToJson = ({ succeeded, results }: TransactionOutcome): OutcomeJson => ({
  op: 'txn',
  succeeded,
  results: results.map(operationResultToJson),
});

function operationResultToJson(result: OperationResult): OperationResultJson {
  switch (result.kind) {
    case 'put':
      return { op: 'put' };
    case 'delete':
      return { op: 'delete', deleted: result.deleted };
    case 'get':
      return { op: 'get', entry: result.entry === null ? null : entryToJson(result.entry) };
    case 'list':
      return { op: 'list', entries: result.entries.map(entryToJson), more: result.more };
    case 'txn':
      return outcomeToJson(result);
  }
}

/** A change in the history of a key, as JSON. A put without a value is one whose value is not kept any more. */
export interface KeyChangeJson {
  readonly op: 'put' | 'delete';
  readonly value?: string;
  readonly valueBase64?: string;
  readonly revision: string;
  readonly createRevision?: string;
  readonly version?: string;
  readonly lease?: string;
  readonly contentType?: string;
  readonly index: string | null;
  /** RFC 3339, with microseconds. */
  readonly time: string;
  readonly traceparent?: string;
  readonly client?: string;
}

/** A change in the history of a key, as JSON: numbers of 64 bits are texts. */
export function keyChangeToJson(change: KeyChange & Partial<AttributedChange>): KeyChangeJson {
  const { op, revision, index, timestampUs, traceparent, client = null } = change;
  return {
    op,
    revision: String(revision),
    ...(op === 'put' ? versionToJson(change) : {}),
    index: index === null ? null : String(index),
    time: timestampText(timestampUs),
    ...(traceparent === null ? {} : { traceparent }),
    ...(client === null ? {} : { client }),
  };
}

function versionToJson(change: KeyChange & { readonly op: 'put' }): Partial<KeyChangeJson> {
  const { value, createRevision, version, lease, contentType } = change;
  return {
    ...(value === null ? {} : valueToJson(value)),
    createRevision: String(createRevision),
    version: String(version),
    ...(lease === null ? {} : { lease: String(lease) }),
    ...(contentType === null ? {} : { contentType }),
  };
}
