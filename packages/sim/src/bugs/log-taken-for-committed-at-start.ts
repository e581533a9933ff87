import { raftParts } from '@quorate/raft';
import type { PlantedBug } from './plant.ts';

class LogState extends raftParts.LogState {
  constructor(...[context, options, parts]: ConstructorParameters<typeof raftParts.LogState>) {
    super(context, options, parts);
    super.raiseCommitIndex(options.storage.lastIndex);
  }
}

/** One of the planted bugs. */
export const logTakenForCommittedAtStart: PlantedBug = {
  name: 'log-taken-for-committed-at-start',
  breaks: 'A node that starts believes that all of its log is committed.',
  reference: 'Raft figure 2, volatile state: commitIndex starts anew',
  plant: { parts: { LogState } },
};
