import { type NodeId, nodeId } from '@quorate/actor';
import { isLogIndex, type LogIndex, type MembershipChange, membershipChange } from '@quorate/raft';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';
import { nodeIdSchema } from './formation.ts';

/** The body of a request of `members`: a map with the fields of `MembershipChange`. */
export const encodeMembershipChange = (change: MembershipChange): Uint8Array => encodeMsgpack(change);

/** @throws {InvalidRequest} unless it is a change in which each node stands once */
export function membersBody(body: Uint8Array): MembershipChange {
  const change = membershipChange.safeParse(decoded(body));
  if (!change.success) throw new InvalidRequest({ reason: 'it is no change of members', field: null });
  const { add, promote, remove } = change.data;
  const named = [...add.map(({ id }) => id), ...promote, ...remove];
  const twice = named.find((id, at) => named.indexOf(id) !== at);
  if (twice === undefined) return change.data;
  throw new InvalidRequest({ reason: `${twice} stands twice in one change`, field: null });
}

const changedSchema = z.object({ index: z.custom<LogIndex>(isLogIndex) });

/** The body of a reply of `members`: where in the log the new configuration stands. */
export const encodeChanged = (index: LogIndex): Uint8Array => encodeMsgpack({ index });

/** @throws {MalformedMessage} */
export function decodeChanged(body: Uint8Array): LogIndex {
  const changed = changedSchema.safeParse(decoded(body));
  if (!changed.success) throw new MalformedMessage({ what: 'reply of members' });
  return changed.data.index;
}

const transferSchema = z.object({ node: nodeIdSchema.nullable() });

/** The body of a request of `transfer`: `{ node }`, null for whoever has most of the log. */
export const encodeTransferRequest = (node: NodeId | null): Uint8Array => encodeMsgpack({ node });

/** Who is to lead; null for whoever has most of the log. @throws {InvalidRequest} */
export function transferBody(body: Uint8Array): NodeId | null {
  const request = transferSchema.safeParse(decoded(body));
  if (!request.success) throw new InvalidRequest({ reason: 'transfer takes node, the name of one', field: 'node' });
  return request.data.node;
}

const transferredSchema = z.object({ leader: z.string() });

/** The body of a reply of `transfer`: who leads now. */
export const encodeTransferred = (leader: NodeId): Uint8Array => encodeMsgpack({ leader });

/** @throws {MalformedMessage} */
export function decodeTransferred(body: Uint8Array): NodeId {
  try {
    return nodeId(transferredSchema.parse(decoded(body)).leader);
  } catch {
    throw new MalformedMessage({ what: 'reply of transfer' });
  }
}

function decoded(body: Uint8Array): unknown {
  try {
    return decodeMsgpack(body);
  } catch {
    return null;
  }
}
