import type { NodeId } from '@quorate/actor';
import { isLogIndex, isTerm, type LogIndex, type Term, type WriteStages } from '@quorate/raft';
import { z } from 'zod';
import { decodeMsgpack, encodeMsgpack } from '../config-store/msgpack.ts';
import { InvalidRequest, MalformedMessage } from './errors.ts';
import { nodeIdSchema } from './formation.ts';

/** The header of a reply that says where in the log a write stands whose request bore a `traceparent`. */
export const INDEX_HEADER = 'Quorate-Index';

/** Of so many writes a node tells at once. */
export const MAX_STAGES = 100;

/** Of which writes a node is to tell where their time went: of those at these indexes, and of so many of the slowest. */
export interface StagesRequest {
  readonly indexes: readonly LogIndex[];
  readonly slowest: number;
}

const stagesRequest: z.ZodType<StagesRequest> = z.strictObject({
  indexes: z
    .array(z.custom<LogIndex>((value) => isLogIndex(value) && value > 0))
    .max(MAX_STAGES)
    .readonly(),
  slowest: z.int().min(0).max(MAX_STAGES),
});

/** The body of a request of `stages`. */
export const encodeStagesRequest = (request: StagesRequest): Uint8Array => encodeMsgpack(request);

/** @throws {InvalidRequest} */
export function stagesBody(body: Uint8Array): StagesRequest {
  const parsed = stagesRequest.safeParse(decodedOrNull(body));
  if (parsed.success) return parsed.data;
  const reason = `stages takes indexes, from 1, and slowest, a number; no more than ${MAX_STAGES} of each`;
  throw new InvalidRequest({ reason, field: null });
}

/** What a node remembers of writes. */
export interface RememberedStages {
  readonly node: NodeId;
  /** What its monotonic clock shows, by which all times are. */
  readonly nowMs: number;
  readonly writes: readonly WriteStages[];
}

const time = z.number();
const known = time.nullable();
const writeStages: z.ZodType<WriteStages> = z.object({
  index: z.custom<LogIndex>(isLogIndex),
  term: z.custom<Term>(isTerm),
  gateway: z.object({ receivedAtMs: time, proposedAtMs: time, answeredAtMs: time }).nullable(),
  leader: z
    .object({
      takenAtMs: time,
      placedAtMs: time,
      committedAtMs: known,
      completedBy: nodeIdSchema.nullable(),
      settledAtMs: known,
      peers: z.array(z.object({ peer: nodeIdSchema, sentAtMs: time, heardAtMs: known })).readonly(),
    })
    .nullable(),
  log: z
    .object({
      receivedAtMs: time,
      appendedAtMs: time,
      batchEntries: z.number(),
      flushBeganAtMs: known,
      flushEndedAtMs: known,
      repliedAtMs: known,
    })
    .nullable(),
  applier: z.object({ beganAtMs: time, appliedAtMs: time }).nullable(),
});
const rememberedStages: z.ZodType<RememberedStages> = z.object({
  node: nodeIdSchema,
  nowMs: time,
  writes: z.array(writeStages).readonly(),
});

/** The body of a reply of `stages`. */
export const encodeStages = (remembered: RememberedStages): Uint8Array => encodeMsgpack(remembered);

/** @throws {MalformedMessage} */
export function decodeStages(body: Uint8Array): RememberedStages {
  const parsed = rememberedStages.safeParse(decodedOrNull(body));
  if (!parsed.success) throw new MalformedMessage({ what: 'reply of stages' });
  return parsed.data;
}

/** In JSON numbers of 64 bits are texts. */
export const stagesToJson = ({ writes, ...rest }: RememberedStages): object => ({
  ...rest,
  writes: writes.map(({ index, term, ...stages }) => ({ index: String(index), term: String(term), ...stages })),
});

function decodedOrNull(body: Uint8Array): unknown {
  try {
    return decodeMsgpack(body);
  } catch {
    return null;
  }
}
