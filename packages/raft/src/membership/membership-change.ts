import type { NodeId } from '@quorate/actor';
import { z } from 'zod';
import { isNodeId, isStorageId } from './configuration-codec.ts';

const node = z.custom<NodeId>(isNodeId, 'a node id');
const learner = z.object({
  id: node,
  storageId: z.custom<string>(isStorageId, 'a storage id'),
  isPromotedWhenCaughtUp: z.boolean(),
  replaces: node.nullable(),
});

/**
 * What is to change among the members, all in one step: who comes as a learner, which learners get a vote, and who goes. A learner that is
 * there already may be named again with the member that it is to replace.
 */
export const membershipChange = z.object({
  add: z.array(learner).readonly(),
  promote: z.array(node).readonly(),
  remove: z.array(node).readonly(),
  /** Also if too few of the voters are there afterwards, or a learner has not caught up. */
  force: z.boolean(),
});

/** What is to change among the members. */
export type MembershipChange = z.infer<typeof membershipChange>;

/** Why a change of the members or of the leader is refused, for programs. */
export const changeRefusalCode = z.enum([
  'ChangeInProgress',
  'MemberExists',
  'NoSuchMember',
  'NotALearner',
  'NotCaughtUp',
  'IdSpent',
  'NoQuorum',
  'NothingToChange',
  'NotAVoter',
  'MemberSilent',
  'TransferInProgress',
  'TransferTimedOut',
]);

/** Why a change is refused: nothing has changed. */
export interface ChangeRefusal {
  readonly code: z.infer<typeof changeRefusalCode>;
  /** For people. */
  readonly message: string;
}
