import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What the state check of a node accepts: nodes tell each other the hashes of their states, and ask for those of the past. No part of Raft. */
export const stateCheckProtocol = {
  peer: {
    /** The hash of the sender's state after `revision`; null if the sender does not know it, or not any more. */
    stateHash: z.object({ revision: shape.counter, stateHash: shape.counter.nullable() }),
    askStateHash: z.object({ revision: shape.counter }),
  },
  node: {},
} as const;

/** A message to the state check. */
export type StateCheckMessage = MessageOf<typeof stateCheckProtocol>;
