import { type Command, checkCommand, checkPageLimit, checkQuery, type Query } from '@quorate/config-store';
import { type LogIndex, logIndex } from '@quorate/raft';
import { z } from 'zod';
import { decodeCommand, decodeQuery } from '../config-store/command-codec.ts';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest } from './errors.ts';

/** The command in the body of a request of `endpoint`, checked: it may be proposed. @throws {InvalidRequest | InvalidCommand}, and the errors of `checkCommand` */
export function commandBody(endpoint: 'put' | 'delete', body: Uint8Array): Command {
  const command = decodeCommand(body);
  checkBelongs(endpoint, command.kind);
  checkCommand(command);
  return command;
}

/** The query in the body of a request of `endpoint`, checked. @throws {InvalidRequest | InvalidQuery}, and the errors of `checkQuery` */
export function queryBody(endpoint: 'get' | 'list', body: Uint8Array): Query {
  const query = decodeQuery(body);
  checkBelongs(endpoint, query.kind);
  checkQuery(query);
  return query;
}

function checkBelongs(endpoint: string, kind: string): void {
  if (kind === endpoint) return;
  throw new InvalidRequest({ reason: `${kind} does not belong on the subject of ${endpoint}`, field: null });
}

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
