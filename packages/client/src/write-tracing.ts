import { randomBytes } from 'node:crypto';
import { isLogIndex, type LogIndex, logIndex, timelineOf, type WriteStages } from '@quorate/raft';
import {
  decodeReply,
  decodeStages,
  encodeCommand,
  encodeRequest,
  encodeStagesRequest,
  errorFromData,
  MAX_STAGES,
  nodeApiSubject,
  type RememberedStages,
  type StagesRequest,
} from '@quorate/wire';
import {
  InvalidRequest,
  MalformedMessage,
  NoLeader,
  NotPermitted,
  OutcomeUnknown,
  type QuorateError,
  Unavailable,
} from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import { resultIn } from './reply-body.ts';
import type { BusOutcome } from './reply-inbox.ts';
import type { ClusterStatus } from './store.ts';
import { sleep } from './wait.ts';
import type { SlowWrite, TracedPut, WriteTimeline } from './write-trace.ts';

/** So long the nodes are asked again for what was not over yet: the quorum may have been complete without the slowest. */
const completeWithinMs = 500;
const askAgainMs = 10;

const defaultLimit = 10;

/** What it takes to ask where the time of writes went. */
export interface TracingAccess {
  readonly access: GroupAccess;
  readonly lifetime: Lifetime;
  readonly timeoutMs: number;
  readonly status: () => Promise<ClusterStatus>;
}

/** `Store.tracePut`: the command is encoded already. It is sent once. `node`: the one to be asked, if not the leader. */
export async function tracePut(
  command: Parameters<typeof encodeCommand>[0],
  node: string | undefined,
  tracing: TracingAccess,
): Promise<TracedPut> {
  const { access, lifetime, timeoutMs } = tracing;
  const { cluster, group, clock, inbox } = access;
  const status = await tracing.status();
  const asked = node ?? status.leader;
  if (asked === null) throw new NoLeader();
  const payload = encodeRequest({ timeoutMs, body: encodeCommand(command), cluster: access.known.tag });
  const traceId = randomBytes(16).toString('hex');
  const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
  const beganAtMs = clock.now();
  const subject = nodeApiSubject(cluster, group, asked, 'put');
  const outcome = await inbox.ask(subject, payload, { clock, lifetime, timeoutMs }, traceparent);
  const clientMs = clock.now() - beganAtMs;
  if (outcome.kind !== 'reply') throw failureOf(outcome, asked);
  const { revision } = resultIn(bodyOf(outcome.data), 'put');
  const index = outcome.index === undefined ? null : indexOf(outcome.index);
  const known = await timelineOrProblem(index, idsOf(status), tracing);
  return { revision: BigInt(revision), traceId, clientMs, ...known };
}

/** The write is made: whatever goes wrong now must not look as if it were not. */
async function timelineOrProblem(
  index: LogIndex | null,
  nodes: readonly string[],
  tracing: TracingAccess,
): Promise<Pick<TracedPut, 'timeline' | 'problem'>> {
  if (index === null) return { timeline: null, problem: 'the node did not say where in the log it stands' };
  try {
    const timeline = await settledTimeline(index, nodes, tracing);
    return { timeline, problem: timeline === null ? 'the nodes remember no writes' : null };
  } catch (error) {
    return { timeline: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

/** `Store.slowest`. @throws {Unavailable} if nodes do not tell, and those that do remember no writes: there may well be some */
export async function slowest(limit: number | undefined, tracing: TracingAccess): Promise<readonly SlowWrite[]> {
  const slowestCount = checkLimit(limit);
  const nodes = idsOf(await tracing.status());
  const { told, silent } = await askAll(nodes, { indexes: [], slowest: slowestCount }, tracing, tracing.timeoutMs);
  const found = new Map<LogIndex, { readonly index: LogIndex; readonly durationMs: number; readonly ageMs: number }>();
  for (const { nowMs, writes } of told) {
    for (const write of writes) {
      const took = durationOf(write);
      const known = found.get(write.index)?.durationMs ?? Number.NEGATIVE_INFINITY;
      if (took === null || took.durationMs <= known) continue;
      found.set(write.index, { index: write.index, durationMs: took.durationMs, ageMs: nowMs - took.endedAtMs });
    }
  }
  if (found.size === 0 && silent.length > 0) throw new Unavailable(silent.join('; '));
  const chosen = [...found.values()].sort((a, b) => b.durationMs - a.durationMs).slice(0, slowestCount);
  const indexes = chosen.map(({ index }) => index);
  const { told: parts } = await askAll(nodes, { indexes, slowest: 0 }, tracing, tracing.timeoutMs);
  return chosen.flatMap(({ index, ageMs }) => {
    const timeline = timelineIn(index, nodes, parts);
    return timeline === null ? [] : [{ ...timeline, ageMs }];
  });
}

/** How long a write took, as far as a node knows: from the gateway's receipt to its answer, or else as long as the leader had it. */
function durationOf({
  gateway,
  leader,
}: WriteStages): { readonly durationMs: number; readonly endedAtMs: number } | null {
  if (gateway !== null) {
    return { durationMs: gateway.answeredAtMs - gateway.receivedAtMs, endedAtMs: gateway.answeredAtMs };
  }
  if (leader?.settledAtMs == null) return null;
  return { durationMs: leader.settledAtMs - leader.takenAtMs, endedAtMs: leader.settledAtMs };
}

/** As soon as all that is under way is over, or when it has taken too long. */
async function settledTimeline(
  index: LogIndex,
  nodes: readonly string[],
  tracing: TracingAccess,
): Promise<WriteTimeline | null> {
  const { clock } = tracing.access;
  const untilMs = clock.now() + completeWithinMs;
  for (;;) {
    const timeoutMs = Math.min(tracing.timeoutMs, completeWithinMs);
    const { told: parts, silent } = await askAll(nodes, { indexes: [index], slowest: 0 }, tracing, timeoutMs);
    if (isSettled(index, parts) || clock.now() >= untilMs) {
      const timeline = timelineIn(index, nodes, parts);
      if (timeline === null && silent.length > 0) throw new Unavailable(silent.join('; '));
      return timeline;
    }
    await sleep(askAgainMs, clock, tracing.lifetime);
  }
}

/** Whether every node that has a part in it has done with it. */
function isSettled(index: LogIndex, parts: readonly RememberedStages[]): boolean {
  const writes = parts.flatMap((part) => part.writes.filter((write) => write.index === index));
  const leader = writes.find((write) => write.leader !== null)?.leader;
  if (leader == null || leader.settledAtMs === null) return writes.length === 0 && parts.length > 0;
  const isApplied = writes.every(({ applier, log }) => applier !== null && log?.flushEndedAtMs != null);
  return isApplied && leader.peers.every(({ heardAtMs }) => heardAtMs !== null);
}

function timelineIn(
  index: LogIndex,
  nodes: readonly string[],
  parts: readonly RememberedStages[],
): WriteTimeline | null {
  const remembered = parts.flatMap(({ node, writes }) => {
    const stages = writes.find((write) => write.index === index);
    return stages === undefined ? [] : [{ node, stages }];
  });
  const timeline = timelineOf(remembered);
  if (timeline === null) return null;
  const missing = nodes.filter((id) => !remembered.some(({ node }) => node === id));
  return { ...timeline, index: BigInt(timeline.index), term: BigInt(timeline.term), missing };
}

/** What the nodes remember that can be asked, and of the others why they do not tell. @throws {NotPermitted} */
async function askAll(
  nodes: readonly string[],
  request: StagesRequest,
  { access, lifetime }: TracingAccess,
  timeoutMs: number,
): Promise<{ readonly told: readonly RememberedStages[]; readonly silent: readonly string[] }> {
  const { cluster, group, clock, inbox } = access;
  const limits = { clock, lifetime, timeoutMs };
  const payload = encodeRequest({ timeoutMs, body: encodeStagesRequest(request) });
  const outcomes = nodes.map(async (node): Promise<RememberedStages | string> => {
    const outcome = await inbox.ask(nodeApiSubject(cluster, group, node, 'stages'), payload, limits);
    if (outcome.kind === 'forbidden') throw new NotPermitted(outcome.reason);
    return outcome.kind === 'reply' ? stagesIn(outcome.data, node) : `${node} does not answer`;
  });
  const settled = await Promise.all(outcomes);
  return {
    told: settled.flatMap((one) => (typeof one === 'string' ? [] : [one])),
    silent: settled.flatMap((one) => (typeof one === 'string' ? [one] : [])),
  };
}

/** Of a node that cannot tell: why. */
function stagesIn(data: Uint8Array, node: string): RememberedStages | string {
  try {
    const reply = decodeReply(data);
    return reply.kind === 'ok' ? decodeStages(reply.body) : `${node} does not tell: ${reply.error.message}`;
  } catch (error) {
    if (error instanceof MalformedMessage) return `${node} does not tell: ${error.message}`;
    throw error;
  }
}

/** @throws {QuorateError} the one that it holds */
function bodyOf(data: Uint8Array): Uint8Array {
  const reply = decodeReply(data);
  if (reply.kind === 'error') throw errorFromData(reply.error);
  return reply.body;
}

function failureOf(outcome: Exclude<BusOutcome, { kind: 'reply' }>, node: string): QuorateError {
  switch (outcome.kind) {
    case 'noResponders':
      return new Unavailable(`node ${node} does not answer`);
    case 'notSent':
      return new Unavailable('NATS cannot be reached');
    case 'forbidden':
      return new NotPermitted(outcome.reason);
    case 'tooLarge':
      return new InvalidRequest({ reason: `it is larger than NATS takes: ${outcome.sizeBytes} bytes`, field: null });
    case 'timedOut':
    case 'connectionLost':
      return new OutcomeUnknown('no answer came: the write may have been made, or may yet be');
    default:
      return outcome satisfies never;
  }
}

/** @throws {InvalidRequest} */
function checkLimit(limit: number = defaultLimit): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAX_STAGES) return limit;
  throw new InvalidRequest({ reason: `limit ${limit} is no integer from 1 to ${MAX_STAGES}`, field: 'limit' });
}

const indexOf = (text: string): LogIndex | null => (isLogIndex(Number(text)) ? logIndex(Number(text)) : null);

const idsOf = ({ nodes }: ClusterStatus): readonly string[] => nodes.map(({ id }) => id);
