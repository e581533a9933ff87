import { InvalidLease } from './errors.ts';
import { MAX_LEASE_OWNER_LENGTH, MAX_LEASE_TTL_MS, MIN_LEASE_TTL_MS } from './limits.ts';

/** @throws {InvalidLease} */
export function checkLeaseId(lease: number): void {
  if (Number.isSafeInteger(lease) && lease >= 1) return;
  throw new InvalidLease({ reason: `${lease} is no id of a lease` });
}

/** @throws {InvalidLease} */
export function checkLeaseTtl(ttlMs: number): void {
  if (Number.isInteger(ttlMs) && ttlMs >= MIN_LEASE_TTL_MS && ttlMs <= MAX_LEASE_TTL_MS) return;
  const range = `${MIN_LEASE_TTL_MS} to ${MAX_LEASE_TTL_MS}`;
  throw new InvalidLease({ reason: `ttlMs ${ttlMs} is no integer from ${range}` });
}

/** Printable, so that it can be shown. @throws {InvalidLease} */
export function checkLeaseOwner(owner: string | undefined): void {
  if (owner === undefined) return;
  const isText = typeof owner === 'string' && owner.length <= MAX_LEASE_OWNER_LENGTH;
  if (isText && /^[^\p{Cc}\p{Cs}]+$/u.test(owner)) return;
  throw new InvalidLease({
    reason: `the owner is no text of 1 to ${MAX_LEASE_OWNER_LENGTH} characters without control characters`,
  });
}
