import type { Store } from '@quorate/client';
import { CommandFailure } from './command-error.ts';
import type { ImportEntry } from './import/import-entries.ts';

/** How many writes are under way at once: enough to fill the batches of a leader, few enough to lose little by a failure. */
const concurrency = 32;

/**
 * Writes all entries, in no order, and tells after each how many are written. After a failure no more are begun.
 * @throws {CommandFailure} that says what was written, once nothing is under way any more
 */
export async function putAll(
  store: Pick<Store, 'put'>,
  entries: readonly ImportEntry[],
  onWritten: (written: number) => void,
): Promise<void> {
  const left = entries.values();
  let written = 0;
  const failures: unknown[] = [];

  const writeOneByOne = async (): Promise<void> => {
    for (const { key, value } of left) {
      if (failures.length > 0) return;
      try {
        await store.put(key, value);
      } catch (error) {
        failures.push(error);
        return;
      }
      written += 1;
      onWritten(written);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, entries.length) }, writeOneByOne));

  const [failure] = failures;
  if (failure === undefined) return;
  const reason = failure instanceof Error ? failure.message : String(failure);
  const report = `${written} of ${entries.length} keys were written: ${reason}`;
  throw new CommandFailure(report, { cause: failure });
}
