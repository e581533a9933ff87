import { z } from 'zod';

/**
 * How fresh a read is. `linearizable`: it shows all that was acknowledged before it was asked. `local`: whatever the asked node
 * has applied, without a word to anyone: it may be old, and how old nobody knows, but it was committed.
 */
export const readConsistency = z.enum(['linearizable', 'local']);

/** How fresh a read is. */
export type ReadConsistency = z.infer<typeof readConsistency>;
