import type { NodeId } from '@quorate/actor';
import { type StatusPart, votersOf } from '@quorate/raft';
import type { GatewayDesk } from './api/gateway-desk.ts';

const statusTimeoutMs = 100;

/** What became of it: the new leader, why there is none, or that there was nothing to hand over, or nobody to take it. */
export type HandOver =
  | { readonly kind: 'needless' }
  | { readonly kind: 'handedOver'; readonly leader: NodeId }
  | { readonly kind: 'kept'; readonly reason: string };

/** Hands leadership, if this node has it, to the voter that has most of the log: then nobody waits for an election timeout when it ends. */
export async function handOver(desk: GatewayDesk, timeoutMs: number): Promise<HandOver> {
  const status = await desk.ask((request) => ({ kind: 'readStatus', request, timeoutMs: statusTimeoutMs }));
  if (status.answer.kind !== 'status') return { kind: 'needless' };
  const { parts } = status.answer;
  if (!parts.some(isLeader) || parts.some(hasOneVoter)) return { kind: 'needless' };
  const { answer } = await desk.ask((request) => ({ kind: 'transfer', request, target: null, timeoutMs }));
  if (answer.kind === 'transferred') return { kind: 'handedOver', leader: answer.leader };
  return { kind: 'kept', reason: 'message' in answer ? answer.message : answer.kind };
}

const isLeader = (part: StatusPart): boolean => part.actor === 'election' && part.role === 'leader';

const hasOneVoter = (part: StatusPart): boolean =>
  part.actor === 'logStore' && votersOf(part.configuration).length === 1;
