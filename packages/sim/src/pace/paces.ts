import { defaultRaftSettings, type RaftParts, type RaftSettings, raftParts } from '@quorate/raft';

class FixedPace extends raftParts.Pace {
  override adapt(): void {}
}

class FixedPatience extends raftParts.Patience {
  override answered(): void {}
}

/** How fast heartbeats and election timers go. */
export interface PaceKind {
  readonly name: string;
  readonly settings: RaftSettings;
  readonly parts: Partial<RaftParts>;
}

const fixed = { Pace: FixedPace, Patience: FixedPatience };
const slowest = { electionTimeoutMinMs: 1500, electionTimeoutMaxMs: 3000, heartbeatIntervalMs: 500 };

/** What is compared: what the settings say, what they would have to say for the slowest network, and what follows the network. */
export const paceKinds: readonly PaceKind[] = [
  { name: 'fixed, 150–300 ms', settings: defaultRaftSettings, parts: fixed },
  { name: 'fixed, 1.5–3 s', settings: { ...defaultRaftSettings, ...slowest }, parts: fixed },
  { name: 'adaptive', settings: defaultRaftSettings, parts: {} },
];
