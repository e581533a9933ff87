/** The most schemas that there may be: each write looks at all of them. */
export const MAX_SCHEMAS = 256;

/** The largest schema, in bytes of its JSON. */
export const MAX_SCHEMA_BYTES = 64 * 1024;

/** So many changes are looked at when a schema is set, at most: whether one was made below its prefix since its setter has looked at what there is. */
export const MAX_CHANGES_SINCE_CHECK = 10_000;
