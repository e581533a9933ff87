import type { Command, SessionPlace, Write } from '@quorate/config-store';
import { type ValueJson, valueToJson } from './entry-json.ts';
import { type TransactionJson, transactionToJson } from './transaction-json.ts';

/** Where a write stands in its session, as JSON. */
export interface SessionPlaceJson {
  readonly session: string;
  readonly sequence: string;
  readonly floor: string;
}

/** A command as JSON, to be shown. */
export type CommandJson =
  | (WriteJson & Partial<SessionPlaceJson>)
  | { readonly op: 'openSession'; readonly ttlMs: number; readonly salt?: string }
  | { readonly op: 'keepSession'; readonly session: string; readonly floor: string }
  | { readonly op: 'closeSession'; readonly session: string };

/** A write as JSON, to be shown. */
export type WriteJson =
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
    case 'openSession':
      return {
        op: 'openSession',
        ttlMs: command.ttlMs,
        ...(command.salt === undefined ? {} : { salt: String(command.salt) }),
      };
    case 'keepSession':
      return { op: 'keepSession', session: String(command.session), floor: String(command.floor) };
    case 'closeSession':
      return { op: 'closeSession', session: String(command.session) };
    default:
      return { ...writeToJson(command), ...placeToJson(command.inSession) };
  }
}

const placeToJson = (place: SessionPlace | undefined): Partial<SessionPlaceJson> =>
  place === undefined
    ? {}
    : { session: String(place.session), sequence: String(place.sequence), floor: String(place.floor) };

function writeToJson(command: Write): WriteJson {
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
