/** The most operations that a transaction may do, those of nested ones counted; and the most comparisons. */
export const MAX_TRANSACTION_OPERATIONS = 128;

/** How deep transactions may be nested: one that has none within it has depth 1. */
export const MAX_TRANSACTION_DEPTH = 4;

/** The most bytes of an encoded command: with its frame it must fit in NATS's message of 1 MiB. */
export const MAX_COMMAND_BYTES = 896 * 1024;

/** The most keys that a transaction may look at for what it compares, lists and deletes, so that no other command waits long for it. */
export const MAX_TRANSACTION_KEYS = 10_000;

/** The most keys that a transaction may change. */
export const MAX_TRANSACTION_CHANGES = 1_000;
