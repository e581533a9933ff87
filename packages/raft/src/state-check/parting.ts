import type { NodeId } from '@quorate/actor';

/** Two states of one group differ that should be equal. */
export interface Parting {
  /** The node whose state differs: from that of whoever tells of it, or from those of all others if it tells of itself. */
  readonly node: NodeId;
  /** The first revision at which they differ, as far back as history goes. */
  readonly revision: number;
  /** Whether a quorum has the other state, so that this one is wrong. */
  readonly isOdd: boolean;
}
