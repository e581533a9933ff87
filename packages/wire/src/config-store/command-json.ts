import type { BoundWrite, Command, SessionPlace, Write } from '@quorate/config-store';
import { type ValueJson, valueToJson } from './entry-json.ts';
import { type FenceJson, fenceToJson } from './fence-json.ts';
import { type TransactionJson, transactionToJson } from './transaction-json.ts';

/** Where a write stands in its session, as JSON. */
export interface SessionPlaceJson {
  readonly session: string;
  readonly sequence: string;
  readonly floor: string;
}

/** A command as JSON, to be shown. */
export type CommandJson =
  | (WriteJson &
      Partial<SessionPlaceJson> & {
        readonly fence?: FenceJson;
        readonly client?: string;
        readonly passedSchemas?: string;
      })
  | { readonly op: 'openSession'; readonly ttlMs: number; readonly salt?: string }
  | { readonly op: 'keepSession'; readonly session: string; readonly floor: string }
  | { readonly op: 'closeSession'; readonly session: string };

/** A write as JSON, to be shown. */
export type WriteJson =
  | ({
      readonly op: 'put';
      readonly key: string;
      readonly contentType?: string;
      readonly lease?: string;
      readonly ifRevision?: string;
    } & ValueJson)
  | { readonly op: 'delete'; readonly key: string; readonly ifRevision?: string }
  | TransactionJson
  | { readonly op: 'compact'; readonly revision: string | null }
  | { readonly op: 'setRetention'; readonly maxAgeMs: number | null; readonly maxVersions: number | null }
  | { readonly op: 'grantLease'; readonly ttlMs: number; readonly owner?: string }
  | { readonly op: 'keepLease' | 'revokeLease'; readonly lease: string; readonly owner?: string }
  | {
      readonly op: 'setQuota';
      readonly prefix: string;
      readonly maxKeys: number | null;
      readonly maxBytes: number | null;
    }
  | { readonly op: 'deleteQuota' | 'deleteSchema'; readonly prefix: string }
  | {
      readonly op: 'setSchema';
      readonly prefix: string;
      readonly schema: string;
      readonly checkedRevision: string | null;
    };

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
      return {
        ...writeToJson(command),
        ...fenceToJson(command.fence),
        ...clientToJson(command),
        ...passedToJson(command),
        ...placeToJson(command.inSession),
      };
  }
}

const clientToJson = ({ client }: BoundWrite): { readonly client?: string } => (client === undefined ? {} : { client });

const passedToJson = ({ passedSchemas }: BoundWrite): { readonly passedSchemas?: string } =>
  passedSchemas === undefined ? {} : { passedSchemas: String(passedSchemas) };

const placeToJson = (place: SessionPlace | undefined): Partial<SessionPlaceJson> =>
  place === undefined
    ? {}
    : { session: String(place.session), sequence: String(place.sequence), floor: String(place.floor) };

function writeToJson(command: Write): WriteJson {
  switch (command.kind) {
    case 'put': {
      const { key, value, contentType, lease } = command;
      const typed = contentType === undefined ? {} : { contentType };
      const leased = lease === undefined ? {} : { lease: String(lease) };
      return { op: 'put', key, ...valueToJson(value), ...typed, ...leased, ...conditionOf(command.ifRevision) };
    }
    case 'delete':
      return { op: 'delete', key: command.key, ...conditionOf(command.ifRevision) };
    case 'txn':
      return transactionToJson(command);
    case 'compact':
      return { op: 'compact', revision: command.revision === null ? null : String(command.revision) };
    case 'setRetention':
      return { op: 'setRetention', ...command.retention };
    case 'grantLease':
      return { op: 'grantLease', ttlMs: command.ttlMs, ...ownerOf(command) };
    case 'keepLease':
    case 'revokeLease':
      return { op: command.kind, lease: String(command.lease), ...ownerOf(command) };
    case 'setQuota': {
      const { prefix, maxKeys, maxBytes } = command;
      return { op: 'setQuota', prefix, maxKeys, maxBytes };
    }
    case 'deleteQuota':
    case 'deleteSchema':
      return { op: command.kind, prefix: command.prefix };
    case 'setSchema': {
      const { prefix, schema, checkedRevision } = command;
      return {
        op: 'setSchema',
        prefix,
        schema,
        checkedRevision: checkedRevision === null ? null : String(checkedRevision),
      };
    }
  }
}

const ownerOf = ({ owner }: { readonly owner?: string }): { readonly owner?: string } =>
  owner === undefined ? {} : { owner };

const conditionOf = (ifRevision: number | undefined): { readonly ifRevision?: string } =>
  ifRevision === undefined ? {} : { ifRevision: String(ifRevision) };
