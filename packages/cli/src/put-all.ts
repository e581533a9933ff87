import type { Store } from '@quorate/client';
import { CommandFailure } from './command-error.ts';
import type { ImportEntry } from './import/import-entries.ts';

/**
 * Writes all entries, one after the other in their order, and tells after each how many are written: so their revisions are in that
 * order, and after a failure it is the first ones that are written.
 * @throws {CommandFailure} that says how many were written
 */
export async function putAll(
  store: Pick<Store, 'put'>,
  entries: readonly ImportEntry[],
  onWritten: (written: number) => void,
): Promise<void> {
  for (const [at, { key, value }] of entries.entries()) {
    try {
      await store.put(key, value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandFailure(`${at} of ${entries.length} keys were written: ${reason}`, { cause: error });
    }
    onWritten(at + 1);
  }
}
