import type { NodeId } from '@quorate/actor';
import { type Configuration, type LogIndex, logIndex, maxIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  readonly #matched = new Map<NodeId, LogIndex>();
  readonly #voters: number;

  constructor(configuration: Configuration, nowMs: number) {
    super(configuration, nowMs);
    this.#voters = configuration.voters.length;
  }

  override matched(node: NodeId, matchIndex: LogIndex): void {
    super.matched(node, matchIndex);
    this.#matched.set(node, maxIndex(this.#matched.get(node) ?? logIndex(0), matchIndex));
  }

  override get quorumIndex(): LogIndex {
    const reached = [...this.#matched.values()].sort((one, other) => other - one);
    return reached[Math.floor(this.#voters / 2) - 1] ?? logIndex(0);
  }
}

/** One of the planted bugs. */
export const minorityCommits: PlantedBug = {
  name: 'minority-commits',
  breaks: 'One replica too few commits: half of the voters, rounded down.',
  reference: 'Raft figure 2, rules for leaders, last',
  plant: { parts: { VoterProgress } },
};
