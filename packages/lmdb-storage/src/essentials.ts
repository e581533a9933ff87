import type { GroupId } from '@quorate/actor';
import type { FormationRecord, HardState } from '@quorate/raft';
import { z } from 'zod';
import { storageIdSchema } from './formation-record.ts';

/** What a node is. */
export interface Identity {
  readonly storageId: string;
  /** How often the folder was opened. 0 in one that was made and never opened. */
  readonly incarnation: number;
}

/** What a node must never lose with its logs: who it is, which cluster it is in, what it has voted, and how long it may have promised to vote for nobody. */
export interface Essentials {
  readonly identity: Identity;
  /** Null in a node that belongs to no cluster yet. */
  readonly formation: FormationRecord | null;
  readonly hardStates: ReadonlyMap<GroupId, HardState>;
  /** The longest hard promise of each group that ever made one, in ms. */
  readonly longestPromises: ReadonlyMap<GroupId, number>;
}

/** Validates an identity. */
export const identitySchema: z.ZodType<Identity> = z.strictObject({
  storageId: storageIdSchema,
  incarnation: z.number().int().nonnegative(),
});

/** What the two copies hold together: each may be one change ahead of the other. */
export function newerOf(one: Essentials, other: Essentials): Essentials {
  const hardStates = new Map(one.hardStates);
  for (const [group, state] of other.hardStates) hardStates.set(group, newerHardState(hardStates.get(group), state));
  const longestPromises = new Map(one.longestPromises);
  for (const [group, ms] of other.longestPromises) {
    longestPromises.set(group, Math.max(ms, longestPromises.get(group) ?? 0));
  }
  const identity = one.identity.incarnation >= other.identity.incarnation ? one.identity : other.identity;
  return { identity, formation: one.formation ?? other.formation, hardStates, longestPromises };
}

/** The higher term; in one term, a vote rather than none. */
export function newerHardState(one: HardState | undefined, other: HardState): HardState {
  if (one === undefined || other.currentTerm > one.currentTerm) return other;
  return other.currentTerm === one.currentTerm && one.votedFor === null ? other : one;
}
