import type { StoreOperation } from '@quorate/checker';
import type { SessionPlace } from '@quorate/config-store';
import type { ApiMessage } from '@quorate/raft';
import { transactionOf } from './client-transactions.ts';
import { decodeResult, encodeCommand, encodeGet } from './plain-codec.ts';
import { bytesOf } from './text-bytes.ts';

/** A client's session: it has one write open at a time, and waits for none before that. */
export interface ClientSession {
  readonly id: number;
  lastSequence: number;
}

/** The bytes of what a client asks, of a key or by a transaction. */
export function bodyOf(key: string, operation: StoreOperation, inSession?: SessionPlace): Uint8Array {
  const place = inSession === undefined ? {} : { inSession };
  if (operation.kind === 'get') return encodeGet(key);
  if (operation.kind === 'txn') return encodeCommand({ ...transactionOf(operation), ...place });
  if (operation.kind === 'delete') return encodeCommand({ ...operation, ...place, key });
  return encodeCommand({ ...operation, ...place, key, value: bytesOf(operation.value) });
}

/** The place of the next write. Nobody waits for the one before it any more. */
export function placeIn(session: ClientSession): SessionPlace {
  const floor = session.lastSequence;
  session.lastSequence += 1;
  return { session: session.id, sequence: session.lastSequence, floor };
}

/** The code by which a write of a session was refused for its session; null if it was not. */
export function sessionRefusalIn(answer: ApiMessage['answer']): string | null {
  if (answer.kind !== 'result') return null;
  const result = decodeResult(answer.result);
  return result.kind === 'failed' && result.code !== 'RevisionMismatch' ? result.code : null;
}
