import type { ConfigStoreOperation } from '@quorate/checker';
import type { RandomStream } from '../host/random-stream.ts';

/**
 * Draws what a client asks of a key: to read, write, delete, or compare and set. `revision` is the newest that it has seen
 * of the key, 0 if it knows of none; `value` is one that no other put has.
 */
export function drawOperation(random: RandomStream, revision: number, value: string): ConfigStoreOperation {
  const kind = random.next();
  const condition = kind < 0.7 ? {} : { ifRevision: revision };
  if (kind < 0.4) return { kind: 'get' };
  if ((kind >= 0.65 && kind < 0.7) || kind > 0.97) return { kind: 'delete', ...condition };
  return { kind: 'put', value, ...condition };
}
