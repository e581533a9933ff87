import { type Configuration, raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  readonly #initial: Configuration;

  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.LogState>) {
    super(context, { ...options, configurationCommitted: () => {} }, parts);
    this.#initial = options.configuration;
  }

  override get configuration(): Configuration {
    return this.storage.configurations.at(-1)?.configuration ?? this.#initial;
  }

  override get committedConfiguration(): Configuration {
    if (!(#initial in this)) return super.committedConfiguration;
    const committed = this.storage.configurations.findLast(({ index }) => index <= this.commitIndex);
    return committed?.configuration ?? this.#initial;
  }
}

/** See `breaks`. */
export const membersOfSnapshotForgotten: PlantedBug = {
  name: 'members-of-snapshot-forgotten',
  breaks:
    'A log that begins after a snapshot, and has no configuration, counts by the members that the group began with.',
  reference: 'Raft §7: a snapshot includes the latest configuration as of its last index; rule 10',
  plant: { parts: { LogState } },
};
