/** The most leases that a group has at a time. */
export const MAX_LEASES = 10_000;

/** The shortest time to live of a lease. */
export const MIN_LEASE_TTL_MS = 1_000;
/** The longest. */
export const MAX_LEASE_TTL_MS = 24 * 60 * 60 * 1000;

/** The most keys that go with one lease: all of them are removed in one transaction, for which no other command is to wait long. */
export const MAX_LEASE_KEYS = 1_000;

/** The longest owner's name, in characters. */
export const MAX_LEASE_OWNER_LENGTH = 128;
