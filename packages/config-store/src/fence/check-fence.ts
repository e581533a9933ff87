import { checkKey } from '../limits.ts';
import { keysTable } from '../tables/keys-table.ts';
import type { TablesReader } from '../tables/tables.ts';
import { InvalidFence, LockLost } from './errors.ts';
import type { Fence } from './fence.ts';

/** Checks what a write says of a lock, as far as that can be without the store. @throws {InvalidFence | InvalidKey | KeyTooLarge} */
export function checkFence(fence: Fence | undefined): void {
  if (fence === undefined) return;
  // A caller in plain JavaScript is bound by no type.
  if (typeof fence !== 'object' || fence === null) throw new InvalidFence({ reason: 'it is no object' });
  if (typeof fence.lock !== 'string') throw new InvalidFence({ reason: 'the lock is no text' });
  checkKey(fence.lock);
  if (Number.isSafeInteger(fence.token) && fence.token >= 1) return;
  throw new InvalidFence({ reason: `token ${fence.token} is no integer from 1` });
}

/**
 * Whether the lock that a write is fenced with is still held by whoever bears its token. It is asked here, where the write is done, and not by its client before: a client that was stopped in
 * between (garbage collection, a suspended machine) wakes and writes, though another holds the lock by then (etcd#11457, and Jepsen's analysis of etcd 3.4.3).
 * @throws {LockLost}
 */
export function assertHolds(tables: TablesReader, fence: Fence | undefined): void {
  if (fence === undefined) return;
  const { lock, token } = fence;
  const actual = tables.get(keysTable, lock)?.createRevision ?? 0;
  if (actual !== token) throw new LockLost({ lock, token: String(token), actual: String(actual) });
}
