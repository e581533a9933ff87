import { isName, type NodeId } from '@quorate/actor';
import { invariant } from '../invariant.ts';
import type { Configuration, Learner, Voter } from '../types.ts';

const FORMAT_VERSION = 1;

/** The command of a `configuration` entry: JSON, so that whoever reads the stream of committed entries can read it too. */
export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const text = JSON.stringify({ formatVersion: FORMAT_VERSION, ...configuration });
  return Uint8Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    invariant(code < 128, () => `a configuration names ${text}`);
    return code;
  });
}

/** What `encodeConfiguration` made; null if the bytes are no configuration. */
export function decodeConfiguration(command: Uint8Array): Configuration | null {
  const value = parsed(Array.from(command, (byte) => String.fromCharCode(byte)).join(''));
  if (!isRecord(value) || value.formatVersion !== FORMAT_VERSION || !isConfiguration(value)) return null;
  const { voters, outgoingVoters, learners, removed } = value;
  return { voters, outgoingVoters, learners, removed };
}

/**
 * Whether `value` is a configuration: each member once among those of its kind, with the name of a node and of a disk, and
 * the same disk wherever it stands; no learner has a vote, and nobody who stays was removed.
 */
export function isConfiguration(value: unknown): value is Configuration {
  if (!isRecord(value)) return false;
  const { voters, outgoingVoters, learners, removed } = value;
  if (!areMembers(voters, isVoter) || voters.length === 0) return false;
  if (!areMembers(outgoingVoters, isVoter) || !areMembers(learners, isLearner)) return false;
  if (!Array.isArray(removed) || !removed.every(isNodeId)) return false;
  const hasVote = ({ id }: Voter): boolean => [...voters, ...outgoingVoters].some((voter) => voter.id === id);
  const hasOtherDisk = ({ id, storageId }: Voter): boolean =>
    voters.some((voter) => voter.id === id && voter.storageId !== storageId);
  if (learners.some(hasVote) || outgoingVoters.some(hasOtherDisk)) return false;
  return [...voters, ...learners].every(({ id }) => !removed.includes(id));
}

/** Whether `value` can be a node's id. */
export const isNodeId = (value: unknown): value is NodeId => typeof value === 'string' && isName(value);

/** Whether `value` can name a disk: printable ASCII. */
export const isStorageId = (value: unknown): value is string =>
  typeof value === 'string' && /^[\x20-\x7e]{1,128}$/.test(value);

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isVoter = (value: unknown): value is Voter =>
  isRecord(value) && isNodeId(value.id) && isStorageId(value.storageId);

const isLearner = (value: unknown): value is Learner =>
  isVoter(value) &&
  isRecord(value) &&
  typeof value.isPromotedWhenCaughtUp === 'boolean' &&
  (value.replaces === null || isNodeId(value.replaces));

function areMembers<Member extends Voter>(
  value: unknown,
  isMember: (one: unknown) => one is Member,
): value is readonly Member[] {
  if (!Array.isArray(value) || !value.every(isMember)) return false;
  return new Set(value.map(({ id }) => id)).size === value.length;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
