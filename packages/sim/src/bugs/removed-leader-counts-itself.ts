import type { NodeId } from '@quorate/actor';
import { type Configuration, type LogIndex, logIndex, minIndex, raftParts, type Voter } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class VoterProgress extends raftParts.VoterProgress {
  self: NodeId | null = null;
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
    const { voters, outgoingVoters } = this.#current;
    const reached = this.#reachedBy(voters);
    return outgoingVoters.length === 0 ? reached : minIndex(reached, this.#reachedBy(outgoingVoters));
  }

  #reachedBy(voters: readonly Voter[]): LogIndex {
    const counted = new Set(voters.map(({ id }) => id));
    if (this.self !== null) counted.add(this.self);
    const indexes = [...counted].map((id) => this.matchIndexOf(id)).sort((one, other) => other - one);
    return indexes[Math.floor(voters.length / 2)] ?? logIndex(0);
  }
}

class Membership extends raftParts.Membership {
  constructor(options: ConstructorParameters<typeof raftParts.Membership>[0]) {
    super(options);
    if (options.voters instanceof VoterProgress) options.voters.self = options.self;
  }
}

/** See `breaks`. */
export const removedLeaderCountsItself: PlantedBug = {
  name: 'removed-leader-counts-itself',
  breaks: 'A leader that is no voter any more counts its own disk among those that have an entry.',
  reference: 'Raft §6 and dissertation §4.2.2: it does not count itself in majorities',
  plant: { parts: { Membership, VoterProgress } },
};
