import { z } from 'zod';
import { decimalSchema, type ErrorBuilder, errorBuilder, QuorateError, quote } from '../quorate-error.ts';

const leaseDetails = z.object({ lease: decimalSchema });

/** There was never a lease of that id. */
export class UnknownLease extends QuorateError {
  declare readonly code: 'UnknownLease';
  readonly lease: bigint;

  constructor(details: z.infer<typeof leaseDetails>, message?: string) {
    super('UnknownLease', message ?? `there was never a lease ${details.lease}`, details);
    this.lease = BigInt(details.lease);
  }
}

/** The lease has ended: its time was over, or it was revoked. Its keys are gone, and it does not come back. */
export class LeaseExpired extends QuorateError {
  declare readonly code: 'LeaseExpired';
  readonly lease: bigint;

  constructor(details: z.infer<typeof leaseDetails>, message?: string) {
    super('LeaseExpired', message ?? `lease ${details.lease} has expired, or was revoked`, details);
    this.lease = BigInt(details.lease);
  }
}

const leaseOfAnotherDetails = z.object({ lease: decimalSchema, owner: z.string(), given: z.string().nullable() });

/** The lease is another's: it was left as it is. */
export class LeaseOfAnother extends QuorateError {
  declare readonly code: 'LeaseOfAnother';
  readonly lease: bigint;
  /** Whose it is. */
  readonly owner: string;

  constructor(details: z.infer<typeof leaseOfAnotherDetails>, message?: string) {
    const { lease, owner, given } = details;
    const asked = given === null ? 'nobody was named' : `it was asked for as ${quote(given)}'s`;
    super('LeaseOfAnother', message ?? `lease ${lease} is ${quote(owner)}'s, and ${asked}`, details);
    this.lease = BigInt(lease);
    this.owner = owner;
  }
}

const tooManyLeasesDetails = z.object({ limit: z.number() });

/** The group has as many leases as it may have. */
export class TooManyLeases extends QuorateError {
  declare readonly code: 'TooManyLeases';

  constructor(details: z.infer<typeof tooManyLeasesDetails>, message?: string) {
    super('TooManyLeases', message ?? `there are ${details.limit} leases already, and no more are allowed`, details);
  }
}

const leaseFullDetails = z.object({ lease: decimalSchema, actual: z.number(), limit: z.number() });

/** More keys would go with a lease than may. Nothing was written. */
export class LeaseFull extends QuorateError {
  declare readonly code: 'LeaseFull';

  constructor(details: z.infer<typeof leaseFullDetails>, message?: string) {
    const { lease, actual, limit } = details;
    super('LeaseFull', message ?? `lease ${lease} would have ${actual} keys, and ${limit} are allowed`, details);
  }
}

const invalidLeaseDetails = z.object({ reason: z.string() });

/** What a request says of a lease makes no sense. */
export class InvalidLease extends QuorateError {
  declare readonly code: 'InvalidLease';

  constructor(details: z.infer<typeof invalidLeaseDetails>, message?: string) {
    super('InvalidLease', message ?? `not a lease's: ${details.reason}`, details);
  }
}

/** How these errors are made from their data again, by code. */
export const leaseErrors: ReadonlyMap<string, ErrorBuilder> = new Map([
  ['UnknownLease', errorBuilder(leaseDetails, (details, message) => new UnknownLease(details, message))],
  ['LeaseExpired', errorBuilder(leaseDetails, (details, message) => new LeaseExpired(details, message))],
  ['LeaseOfAnother', errorBuilder(leaseOfAnotherDetails, (details, message) => new LeaseOfAnother(details, message))],
  ['TooManyLeases', errorBuilder(tooManyLeasesDetails, (details, message) => new TooManyLeases(details, message))],
  ['LeaseFull', errorBuilder(leaseFullDetails, (details, message) => new LeaseFull(details, message))],
  ['InvalidLease', errorBuilder(invalidLeaseDetails, (details, message) => new InvalidLease(details, message))],
]);
