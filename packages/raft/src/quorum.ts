import type { NodeId, Sender } from '@quorate/actor';
import { type Configuration, type LogIndex, logIndex, type Voter } from './types.ts';

/** Whether those for whom `agrees` holds are a majority of the voters; while the voters change, of those before and of those after (Raft §6). */
export function isQuorum({ voters, outgoingVoters }: Configuration, agrees: (voter: Voter) => boolean): boolean {
  return isMajority(voters, agrees) && (outgoingVoters.length === 0 || isMajority(outgoingVoters, agrees));
}

/** The highest index that a quorum has reached (Raft figure 2, rules for leaders, last). 0 without voters. */
export function quorumIndex(configuration: Configuration, matchIndexOf: (voter: Voter) => LogIndex): LogIndex {
  return logIndex(Math.max(0, quorumValue(configuration, matchIndexOf)));
}

/** The highest value that a quorum has reached; minus infinity without voters, or if too few have any. */
export function quorumValue({ voters, outgoingVoters }: Configuration, reachedBy: (voter: Voter) => number): number {
  const reached = majorityValue(voters, reachedBy);
  return outgoingVoters.length === 0 ? reached : Math.min(reached, majorityValue(outgoingVoters, reachedBy));
}

function isMajority(voters: readonly Voter[], agrees: (voter: Voter) => boolean): boolean {
  let count = 0;
  for (const voter of voters) if (agrees(voter)) count += 1;
  return count * 2 > voters.length;
}

/** Voters are few and this is asked with every answer: to compare all with all takes less than to sort them. */
function majorityValue(voters: readonly Voter[], reachedBy: (voter: Voter) => number): number {
  const reached = voters.map(reachedBy);
  let highest = Number.NEGATIVE_INFINITY;
  for (const value of reached) if (value > highest && countFrom(reached, value) * 2 > reached.length) highest = value;
  return highest;
}

function countFrom(values: readonly number[], least: number): number {
  let count = 0;
  for (const value of values) if (value >= least) count += 1;
  return count;
}

/** Within which time a quorum is reached: that of its slowest voter. Null if too few are known. */
export function quorumTimeMs(
  { voters, outgoingVoters }: Configuration,
  timeMsOf: (voter: Voter) => number | null,
): number | null {
  const timeMs = Math.max(majorityTimeMs(voters, timeMsOf), majorityTimeMs(outgoingVoters, timeMsOf));
  return Number.isFinite(timeMs) ? timeMs : null;
}

function majorityTimeMs(voters: readonly Voter[], timeMsOf: (voter: Voter) => number | null): number {
  const times = voters.map((voter) => timeMsOf(voter) ?? Number.POSITIVE_INFINITY).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? 0;
}

/** The voter that `sender` is, with this very disk; null for anyone else. A wiped voter has forgotten its votes and does not count. */
export function voterOf(configuration: Configuration, sender: Pick<Sender, 'node' | 'storageId'>): Voter | null {
  return (
    votersOf(configuration).find((voter) => voter.id === sender.node && voter.storageId === sender.storageId) ?? null
  );
}

/** Whoever has a vote: while the voters change, those before and those after, each once. */
export const votersOf = ({ voters, outgoingVoters }: Configuration): readonly Voter[] =>
  outgoingVoters.length === 0 ? voters : eachOnce([...voters, ...outgoingVoters]);

/** Whoever gets the log: voters and learners, each once. */
export const membersOf = (configuration: Configuration): readonly Voter[] =>
  configuration.learners.length === 0
    ? votersOf(configuration)
    : eachOnce([...votersOf(configuration), ...configuration.learners]);

/** The members but `self`. */
export const peersOf = (configuration: Configuration, self: NodeId): readonly Voter[] =>
  membersOf(configuration).filter((member) => member.id !== self);

/** Those whose votes a candidate needs, but `self`. */
export const otherVotersOf = (configuration: Configuration, self: NodeId): readonly Voter[] =>
  votersOf(configuration).filter((voter) => voter.id !== self);

function eachOnce(members: readonly Voter[]): readonly Voter[] {
  return [...new Map(members.map((member) => [member.id, member])).values()];
}
