import type { Command } from '@quorate/config-store';
import { type ValueJson, valueToJson } from './entry-json.ts';
import { type TransactionJson, transactionToJson } from './transaction-json.ts';

/** A command as JSON, to be shown. */
export type CommandJson =
  | ({
      readonly op: 'put';
      readonly key: string;
      readonly contentType?: string;
      readonly ifRevision?: string;
    } & ValueJson)
  | { readonly op: 'delete'; readonly key: string; readonly ifRevision?: string }
  | TransactionJson
  | { readonly op: 'compact'; readonly revision: string | null }
  | { readonly op: 'setRetention'; readonly maxAgeMs: number | null; readonly maxVersions: number | null };

/** A command as JSON, to be shown. */
export function commandToJson(command: Command): CommandJson {
  switch (command.kind) {
    case 'put': {
      const { key, value, contentType } = command;
      const typed = contentType === undefined ? {} : { contentType };
      return { op: 'put', key, ...valueToJson(value), ...typed, ...conditionOf(command.ifRevision) };
    }
    case 'delete':
      return { op: 'delete', key: command.key, ...conditionOf(command.ifRevision) };
    case 'txn':
      return transactionToJson(command);
    case 'compact':
      return { op: 'compact', revision: command.revision === null ? null : String(command.revision) };
    case 'setRetention':
      return { op: 'setRetention', ...command.retention };
  }
}

const conditionOf = (ifRevision: number | undefined): { readonly ifRevision?: string } =>
  ifRevision === undefined ? {} : { ifRevision: String(ifRevision) };
