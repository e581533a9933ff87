import type { Comparison, Operation, Store } from '@quorate/client';
import { MAX_TRANSACTION_OPERATIONS } from '@quorate/config-store';
import { CommandFailure } from '../command-error.ts';
import type { PlannedChange } from './planned-change.ts';

/**
 * Makes all changes in one transaction, if each key still is what the plan says, and gives the revision that it made.
 * @throws {CommandFailure} if they are too many for one, or a key was written meanwhile; nothing is written then
 */
export async function makeChanges(store: Store, changes: readonly PlannedChange[]): Promise<bigint> {
  if (changes.length > MAX_TRANSACTION_OPERATIONS) {
    const limit = `one transaction changes at most ${MAX_TRANSACTION_OPERATIONS}`;
    throw new CommandFailure(`${changes.length} keys would change, and ${limit}; nothing was written`);
  }
  const compare = changes.map(
    ({ key, before }): Comparison => ({ key, modRevision: before === null ? 0n : before.modRevision }),
  );
  const then = changes.map(({ key, after }): Operation => {
    if (after === null) return { op: 'delete', key };
    const put = { op: 'put', key, value: after.value } as const;
    return after.contentType === null ? put : { ...put, contentType: after.contentType };
  });
  const { succeeded, revision } = await store.txn({ compare, then });
  if (succeeded) return revision;
  throw new CommandFailure('somebody has written one of these keys meanwhile; nothing was written');
}
