import { defaultRaftSettings, type ElectionTimeouts } from '../../src/index.ts';

const { electionTimeoutMinMs, electionTimeoutMaxMs } = defaultRaftSettings;

/** The election timeouts of a leader on a good network: those of the settings. */
export const usualTimeouts: ElectionTimeouts = { electionTimeoutMinMs, electionTimeoutMaxMs };
