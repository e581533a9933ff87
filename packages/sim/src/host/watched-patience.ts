import type { ElectionTimeouts, Patience, RaftParts } from '@quorate/raft';

/** The patience's class, but that `made` is shown the one that an election begins with. */
export function watchedPatience(
  Base: RaftParts['Patience'],
  made: (patience: Patience) => void,
): RaftParts['Patience'] {
  return class extends Base {
    constructor(settings: ElectionTimeouts) {
      super(settings);
      made(this);
    }
  };
}
