import { clusterName, groupId, isName, nodeId } from '@quorate/actor';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';

/** So long a node shows an actor's messages after it was asked to: whoever looks on asks again. */
export const TAP_MS = 10_000;

/** A message that an actor was given. */
export interface TappedMessage {
  /** By the node's wall clock, in milliseconds since the epoch. */
  readonly atMs: number;
  /** The node that it came from. */
  readonly from: string;
  readonly kind: string;
  /** All else that it says; of bytes, how many there are. Null if that is too much to be shown. */
  readonly fields: Readonly<Record<string, unknown>> | null;
  /** How many messages before it were not shown, because there were too many. */
  readonly skipped: number;
}

/** Where a node shows what an actor of its is given, in JSON. An actor's name is such as `logStore`, or `replicator/n2`. @throws {InvalidName | RangeError} */
export function tapSubject(cluster: string, group: string, node: string, actor: string): string {
  if (!isActor(actor)) throw new RangeError(`${JSON.stringify(actor)} is no actor's name`);
  return `quorate.${clusterName(cluster)}.tap.${groupId(group)}.${nodeId(node)}.${actor.replace('/', '.')}`;
}

const actors = [
  'gateway',
  'leader',
  'logStore',
  'election',
  'applier',
  'api',
  'diskAlarm',
  'stateCheck',
  'stageMemory',
] as const;

/** Whether a node may have an actor of that name. */
export function isActor(actor: string): boolean {
  const [kind, peer] = actor.split('/', 2);
  if (kind === 'replicator') return peer !== undefined && actor === `replicator/${peer}` && isName(peer);
  return actors.some((one) => one === actor);
}

/** The body of a request of `tap`. */
export const encodeTapRequest = (request: { readonly actor: string }): Uint8Array => encodeMsgpack(request);

const tapRequest = z.strictObject({ actor: z.string().refine(isActor) });

/** @throws {InvalidRequest} */
export function tapBody(body: Uint8Array): { readonly actor: string } {
  const parsed = tapRequest.safeParse(decodedOrNull(body));
  if (parsed.success) return parsed.data;
  const reason = `tap takes actor: one of ${actors.join(', ')}, or replicator/<node>`;
  throw new InvalidRequest({ reason, field: 'actor' });
}

/** The body of a reply of `tap`. */
export const encodeTapped = (): Uint8Array => encodeMsgpack({ forMs: TAP_MS });

/** How long the node goes on. @throws {MalformedMessage} */
export function decodeTapped(body: Uint8Array): { readonly forMs: number } {
  const parsed = z.object({ forMs: z.number().positive() }).safeParse(decodedOrNull(body));
  if (!parsed.success) throw new MalformedMessage({ what: 'reply of tap' });
  return parsed.data;
}

const tappedMessage: z.ZodType<TappedMessage> = z.object({
  atMs: z.number(),
  from: z.string(),
  kind: z.string(),
  fields: z.record(z.string(), z.unknown()).nullable(),
  skipped: z.number(),
});

/** A message as it is shown. */
export const encodeTappedMessage = (message: TappedMessage): string => JSON.stringify(message);

/** Null if it is none. */
export function decodeTappedMessage(text: string): TappedMessage | null {
  try {
    return tappedMessage.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

function decodedOrNull(body: Uint8Array): unknown {
  try {
    return decodeMsgpack(body);
  } catch {
    return null;
  }
}
