import { CorruptRecord } from '@quorate/raft';
import { systemCode } from './data-folder-error.ts';

// What LMDB says of a file that it cannot make sense of: page not found, corrupted, panic, version mismatch, invalid, cursor too deep,
// page full, incompatible, bad transaction, bad value size, problem.
const lmdbCodes: ReadonlySet<unknown> = new Set([
  -30797, -30796, -30795, -30794, -30793, -30787, -30786, -30784, -30782, -30781, -30779,
]);

/** Whether an error that was met in reading says that what was stored is not what is there. */
export function isDamage(error: unknown): boolean {
  return error instanceof CorruptRecord || systemCode(error) === 'EIO' || lmdbCodes.has(systemCode(error));
}

/** Says of an error of LMDB's that means damage where it was met. Any other error stays as it is: after a write that failed nothing is tried again. */
export function asDamage(error: unknown, where: string): unknown {
  if (!lmdbCodes.has(systemCode(error))) return error;
  return new CorruptRecord(where, error instanceof Error ? error.message : String(error));
}
