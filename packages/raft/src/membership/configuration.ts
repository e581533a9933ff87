import type { Configuration, Voter } from '../types.ts';

/** The configuration of voters alone, as a group begins with. */
export const configurationOf = (voters: readonly Voter[]): Configuration => ({
  voters,
  outgoingVoters: [],
  learners: [],
  removed: [],
});

/** Whether the voters are changing: majorities of those before and of those after are needed. */
export const isJoint = ({ outgoingVoters }: Configuration): boolean => outgoingVoters.length > 0;
