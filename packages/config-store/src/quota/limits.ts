/** The most quotas that there may be: each write looks at all of them. */
export const MAX_QUOTAS = 256;
