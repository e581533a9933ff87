import type { NodeId } from '@quorate/actor';
import type { Term } from '../types.ts';

/** Who leads, as far as this node has heard; null if nobody does. */
export interface KnownLeader {
  readonly term: Term;
  readonly leader: NodeId | null;
}
