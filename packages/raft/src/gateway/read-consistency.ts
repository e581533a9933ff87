import { z } from 'zod';

/**
 * How fresh a read is. `linearizable`: it shows all that was acknowledged before it was asked; the leader answers from its lease, or asks a
 * quorum. `readIndex`: the same, and a quorum is always asked. `bounded`: it shows all that was acknowledged longer ago than a
 * bound; any node answers that can prove it. `local`: whatever the asked node has applied, without a word to anyone: it may be old,
 * and how old nobody knows, but it was committed.
 */
export const readConsistency = z.enum(['linearizable', 'readIndex', 'bounded', 'local']);

/** How fresh a read is. */
export type ReadConsistency = z.infer<typeof readConsistency>;
