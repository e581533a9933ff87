import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What the applier accepts. */
export const applierProtocol = {
  peer: {},
  node: {
    /** From the log store: all up to `index` is committed and on this node's disk. `leaderTerm` is set while this node leads. */
    committed: z.object({ index: shape.index, leaderTerm: shape.term.nullable() }),
    /** From the log store. */
    committedEntries: z.object({
      request: shape.counter,
      entries: shape.entries,
      firstIndex: shape.index,
      commitIndex: shape.index,
    }),
    /** From the gateway: answer when all up to `atIndex` is applied. */
    query: z.object({ request: shape.counter, atIndex: shape.index, query: shape.bytes }),
    /** From the gateway: nobody waits for this answer any more. */
    forget: z.object({ request: shape.counter }),
    /** From the leader, which missed the results of these entries. */
    askResults: z.object({ fromIndex: shape.index, toIndex: shape.index }),
    /** From the gateway: for `status`. */
    describe: z.object({ request: shape.counter }),
  },
} as const;

/** A message to the applier; `retry` is its own timer's. */
export type ApplierMessage = MessageOf<typeof applierProtocol> | { readonly kind: 'retry' };
