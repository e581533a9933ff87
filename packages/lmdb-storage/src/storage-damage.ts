import { CorruptRecord } from '@quorate/raft';
import { systemCode } from './data-folder-error.ts';

// What LMDB says of a file that it cannot make sense of: page not found, corrupted, panic, version mismatch, invalid, cursor too deep,
// page full, incompatible, bad transaction, bad value size, problem.
const lmdbCodes: ReadonlySet<unknown> = new Set([
  -30797, -30796, -30795, -30794, -30793, -30787, -30786, -30784, -30782, -30781, -30779,
]);

/** Whether an error says that what was stored is not what is there; not that the disk is full, or may not be written. */
export function isDamage(error: unknown): boolean {
  const code = systemCode(error);
  return error instanceof CorruptRecord || code === 'EIO' || code === 5 || lmdbCodes.has(code);
}

/** Says of such an error where it was met; a `CorruptRecord` says so itself. Any other error stays as it is. */
export function asDamage(error: unknown, where: string): unknown {
  if (error instanceof CorruptRecord || !isDamage(error)) return error;
  return new CorruptRecord(where, error instanceof Error ? error.message : String(error));
}
