import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

const time = z.number();
const known = time.nullable();

/** What the stage memory of a node accepts: a leader that keeps the trace of a slow write asks what its peers remember of it. No part of Raft. */
export const stageMemoryProtocol = {
  peer: {
    askStages: z.object({ sequence: shape.counter, index: shape.index, term: shape.term }),
    /** Times are of the sender's monotonic clock. Null is what it does not remember of the entry of that term. */
    toldStages: z.object({
      sequence: shape.counter,
      log: z
        .object({
          receivedAtMs: time,
          appendedAtMs: time,
          batchEntries: shape.counter,
          flushBeganAtMs: known,
          flushEndedAtMs: known,
          repliedAtMs: known,
        })
        .nullable(),
      applier: z.object({ beganAtMs: time, appliedAtMs: time }).nullable(),
    }),
  },
  node: {},
} as const;

/** A message to the stage memory. */
export type StageMemoryMessage = MessageOf<typeof stageMemoryProtocol>;
