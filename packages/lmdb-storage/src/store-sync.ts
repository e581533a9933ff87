import type { BinaryTable } from './log-environment.ts';

/** Writes within a synchronous transaction. @throws {Error} if LMDB does not take it: it says so by its answer, which its types do not mention */
export function storeSync(table: BinaryTable, key: Buffer, value: Buffer): void {
  const taken: unknown = table.putSync(key, value);
  if (taken !== true) throw new Error('LMDB refused a write');
}
