import type { Lease, RaftParts } from '@quorate/raft';

/** The lease's class, but that `made` is shown each one that a leader begins with. */
export function watchedLease(Base: RaftParts['Lease'], made: (lease: Lease) => void): RaftParts['Lease'] {
  return class extends Base {
    constructor(maxClockDrift: number) {
      super(maxClockDrift);
      made(this);
    }
  };
}
