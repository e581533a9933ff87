/** The most sessions that a group has at a time. */
export const MAX_SESSIONS = 10_000;

/** The shortest and the longest time that a session may be kept without a word of its client, by log time. */
export const MIN_SESSION_TTL_MS = 1_000;
/** The longest. */
export const MAX_SESSION_TTL_MS = 60 * 60 * 1000;

/** So far ahead of its floor a write may be at most: and so the most results that a session keeps. */
export const MAX_SESSION_WRITES = 1024;

/** A result of so many bytes at most is kept in any case: the number of results bounds them. That of every command but a transaction, and every failure, is one: a transaction alone can be refused for its result, before it has written anything. */
export const SMALL_RESULT_BYTES = 2048;

/**
 * A larger result is kept only if those of its session come to no more than this with it, so that a session's row stays under what a block of a
 * snapshot may hold. The largest that a transaction can have fits if it is alone.
 */
export const MAX_SESSION_RESULT_BYTES = 1024 * 1024;

/** A salt is below it, so that a session's id is a safe integer whatever the index. */
export const SESSION_SALT_LIMIT = 2 ** 52;
