import { z } from 'zod';
import { type MessageOf, shape } from '../protocol.ts';

/** What the disk alarm of a node accepts: nodes tell each other now and then how much room they have. No part of Raft. */
export const diskAlarmProtocol = {
  peer: {
    diskSpace: z.object({ freeBytes: shape.counter, neededBytes: shape.counter, isLow: shape.flag }),
  },
  node: {},
} as const;

/** A message to the disk alarm. */
export type DiskAlarmMessage = MessageOf<typeof diskAlarmProtocol>;
