import {
  type Command,
  checkCommand,
  checkPageLimit,
  checkQuery,
  MAX_COMMAND_BYTES,
  type Query,
  TransactionTooLarge,
} from '@quorate/config-store';
import { type LogIndex, logIndex } from '@quorate/raft';
import { z } from 'zod';
import { decodeCommand } from '../config-store/command-codec.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { decodeQuery } from '../config-store/query-codec.ts';
import type { ReadEndpoint, WriteEndpoint } from './endpoint.ts';
import { InvalidRequest } from './errors.ts';

/** The endpoint that takes a command, and gives its result. */
export function writeEndpointOf({ kind }: Pick<Command, 'kind'>): WriteEndpoint {
  switch (kind) {
    case 'setRetention':
      return 'set-retention';
    case 'openSession':
    case 'keepSession':
    case 'closeSession':
      return 'session';
    case 'grantLease':
    case 'keepLease':
    case 'revokeLease':
      return 'lease';
    case 'setQuota':
    case 'deleteQuota':
      return 'quota';
    case 'setSchema':
    case 'deleteSchema':
      return 'schema';
    default:
      return kind;
  }
}

/**
 * The command in the body of a request of `endpoint`, checked: it may be proposed.
 * @throws {InvalidRequest | InvalidCommand | TransactionTooLarge}, and the errors of `checkCommand`
 */
export function commandBody(endpoint: WriteEndpoint, body: Uint8Array): Command {
  checkCommandBytes(body);
  const command = decodeCommand(body);
  if (writeEndpointOf(command) !== endpoint) throw misplaced(command.kind, endpoint);
  checkCommand(command);
  assertUnchecked(command);
  return command;
}

/** That its values match is for a node to say, which has looked at them. @throws {InvalidRequest} */
function assertUnchecked(command: Command): void {
  const isSaid =
    ('passedSchemas' in command && command.passedSchemas !== undefined) ||
    (command.kind === 'setSchema' && command.checkedRevision !== null);
  if (isSaid) throw new InvalidRequest({ reason: 'what a client sends was not checked with a schema', field: null });
}

/** Checks the size of an encoded command. @throws {TransactionTooLarge} */
export function checkCommandBytes(body: Uint8Array): void {
  if (body.length <= MAX_COMMAND_BYTES) return;
  throw new TransactionTooLarge({ what: 'bytes', actual: body.length, limit: MAX_COMMAND_BYTES });
}

/** The query in the body of a request of `endpoint`, checked. @throws {InvalidRequest | InvalidQuery}, and the errors of `checkQuery` */
export function queryBody(endpoint: ReadEndpoint, body: Uint8Array): Query {
  const query = decodeQuery(body);
  if (query.kind !== endpoint) throw misplaced(query.kind, endpoint);
  checkQuery(query);
  return query;
}

const misplaced = (kind: string, endpoint: string): InvalidRequest =>
  new InvalidRequest({ reason: `${kind} does not belong on the subject of ${endpoint}`, field: null });

/** A page of committed entries that is asked for. */
export interface EntriesRequest {
  /** From 1. */
  readonly fromIndex: LogIndex;
  /** At most so many entries. */
  readonly limit: number;
}

/** `{ fromIndex, limit }`. */
export function encodeEntriesRequest(request: { readonly fromIndex: number; readonly limit: number }): Uint8Array {
  return encodeMsgpack({ fromIndex: request.fromIndex, limit: request.limit });
}

const entriesBodySchema = z.strictObject({ fromIndex: z.int().min(1), limit: z.number() });

/** @throws {InvalidRequest | InvalidLimit} */
export function entriesBody(body: Uint8Array): EntriesRequest {
  const parsed = entriesBodySchema.safeParse(decoded(body));
  if (!parsed.success) {
    throw new InvalidRequest({ reason: 'entries takes fromIndex, from 1, and limit', field: null });
  }
  const { fromIndex, limit } = parsed.data;
  checkPageLimit(limit);
  return { fromIndex: logIndex(fromIndex), limit };
}

function decoded(body: Uint8Array): unknown {
  try {
    return decodeMsgpack(body);
  } catch {
    return null;
  }
}
