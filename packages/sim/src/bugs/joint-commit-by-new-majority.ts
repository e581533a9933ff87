import { type Configuration, type LogIndex, quorumIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  #current: Configuration;

  constructor(configuration: Configuration, nowMs: number) {
    super(configuration, nowMs);
    this.#current = configuration;
  }

  override reconfigure(configuration: Configuration, nowMs: number): void {
    super.reconfigure(configuration, nowMs);
    // The first time is within the constructor.
    if (#current in this) this.#current = configuration;
  }

  override get quorumIndex(): LogIndex {
    return quorumIndex({ ...this.#current, outgoingVoters: [] }, ({ id }) => this.matchIndexOf(id));
  }
}

/** See `breaks`. */
export const jointCommitByNewMajority: PlantedBug = {
  name: 'joint-commit-by-new-majority',
  breaks: 'While the voters change, a majority of the new ones alone commits.',
  reference: 'Raft §6: agreement requires separate majorities from both the old and new configurations',
  plant: { parts: { VoterProgress } },
};
