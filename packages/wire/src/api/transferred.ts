import { type NodeId, nodeId } from '@quorate/actor';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { MalformedMessage } from './errors.ts';

const transferredSchema = z.object({ leader: z.string() });

/** The body of a reply of `transfer`: who leads now. */
export const encodeTransferred = (leader: NodeId): Uint8Array => encodeMsgpack({ leader });

/** @throws {MalformedMessage} */
export function decodeTransferred(body: Uint8Array): NodeId {
  try {
    return nodeId(transferredSchema.parse(decodeMsgpack(body)).leader);
  } catch {
    throw new MalformedMessage({ what: 'reply of transfer' });
  }
}
