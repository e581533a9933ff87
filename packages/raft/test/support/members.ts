import {
  type Configuration,
  configurationOf,
  encodeConfiguration,
  type Learner,
  type LogEntry,
  logIndex,
  type MembershipChange,
  term,
  type Voter,
} from '../../src/index.ts';
import { timeOf } from './entries.ts';
import { senderOf } from './fake-context.ts';

/** A voter with its usual disk. */
export const voter = (id: string): Voter => ({ id: senderOf(id).node, storageId: senderOf(id).storageId });

/** A learner with its usual disk, which waits to be promoted and replaces nobody, unless the test says otherwise. */
export const learner = (
  id: string,
  other: { readonly isPromotedWhenCaughtUp?: boolean; readonly replaces?: string } = {},
): Learner => ({
  ...voter(id),
  isPromotedWhenCaughtUp: other.isPromotedWhenCaughtUp ?? false,
  replaces: other.replaces === undefined ? null : senderOf(other.replaces).node,
});

/** A configuration, by the ids of its members. */
export const members = (of: {
  readonly voters: readonly string[];
  readonly outgoing?: readonly string[];
  readonly learners?: readonly (string | Learner)[];
  readonly removed?: readonly string[];
}): Configuration => ({
  ...configurationOf(of.voters.map(voter)),
  outgoingVoters: (of.outgoing ?? []).map(voter),
  learners: (of.learners ?? []).map((one) => (typeof one === 'string' ? learner(one) : one)),
  removed: (of.removed ?? []).map((id) => senderOf(id).node),
});

/** A change of the members; what is not named does not change. */
export const changeOf = (of: {
  readonly add?: readonly Learner[];
  readonly promote?: readonly string[];
  readonly remove?: readonly string[];
  readonly force?: boolean;
}): MembershipChange => ({
  add: of.add ?? [],
  promote: (of.promote ?? []).map((id) => senderOf(id).node),
  remove: (of.remove ?? []).map((id) => senderOf(id).node),
  force: of.force ?? false,
});

/** The entry that holds a configuration. */
export const configurationEntry = (value: number, index: number, configuration: Configuration): LogEntry => ({
  term: term(value),
  index: logIndex(index),
  kind: 'configuration',
  command: encodeConfiguration(configuration),
  ...timeOf(index),
});
