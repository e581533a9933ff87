import type { NodeId, Sender } from '@quorate/actor';
import { type Configuration, type LogIndex, logIndex, type Voter } from './types.ts';

/** Whether the voters for whom `agrees` holds are a majority of the configuration. */
export function isQuorum(configuration: Configuration, agrees: (voter: Voter) => boolean): boolean {
  return configuration.voters.filter(agrees).length * 2 > configuration.voters.length;
}

/** The highest index that a majority of the voters has reached (Raft figure 2, rules for leaders, last). 0 without voters. */
export function quorumIndex(configuration: Configuration, matchIndexOf: (voter: Voter) => LogIndex): LogIndex {
  const reached = configuration.voters.map(matchIndexOf).sort((a, b) => b - a);
  return reached[Math.floor(reached.length / 2)] ?? logIndex(0);
}

/** The voter that `sender` is, with this very disk; null for anyone else. A wiped voter has forgotten its votes and does not count. */
export function voterOf(configuration: Configuration, sender: Pick<Sender, 'node' | 'storageId'>): Voter | null {
  return configuration.voters.find((voter) => voter.id === sender.node && voter.storageId === sender.storageId) ?? null;
}

/** The voters but `self`. */
export const peersOf = (configuration: Configuration, self: NodeId): readonly Voter[] =>
  configuration.voters.filter((voter) => voter.id !== self);
