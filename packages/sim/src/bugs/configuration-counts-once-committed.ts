import { type Configuration, type LogIndex, quorumIndex, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  override get configuration(): Configuration {
    return this.committedConfiguration;
  }
}

class VoterProgress extends raftParts.VoterProgress {
  counted: Configuration;

  constructor(configuration: Configuration, nowMs: number) {
    super(configuration, nowMs);
    this.counted = configuration;
  }

  override get quorumIndex(): LogIndex {
    return quorumIndex(this.counted, ({ id }) => this.matchIndexOf(id));
  }
}

class Membership extends raftParts.Membership {
  readonly #voters: InstanceType<typeof raftParts.VoterProgress>;

  constructor(options: ConstructorParameters<typeof raftParts.Membership>[0]) {
    super(options);
    this.#voters = options.voters;
  }

  override committed(commitIndex: LogIndex): void {
    if (this.isCommitted(commitIndex) && this.#voters instanceof VoterProgress)
      this.#voters.counted = this.configuration;
    super.committed(commitIndex);
  }
}

/** See `breaks`. */
export const configurationCountsOnceCommitted: PlantedBug = {
  name: 'configuration-counts-once-committed',
  breaks:
    'Votes and acknowledgements are counted by the newest configuration that is committed, not by the newest in the log.',
  reference: 'Raft §6: a server always uses the latest configuration in its log, committed or not; rule 9',
  plant: { parts: { LogState, Membership, VoterProgress } },
};
