import type { NodeId } from '@quorate/actor';
import type { GatewayDesk } from './api/gateway-desk.ts';

const statusTimeoutMs = 100;

/** What became of it: `notLeader`, the new leader, or why there is none. */
export type HandOver =
  | { readonly kind: 'notLeader' }
  | { readonly kind: 'handedOver'; readonly leader: NodeId }
  | { readonly kind: 'kept'; readonly reason: string };

/** Hands leadership, if this node has it, to the voter that has most of the log: then nobody waits for an election timeout when it ends. */
export async function handOver(desk: GatewayDesk, timeoutMs: number): Promise<HandOver> {
  const status = await desk.ask((request) => ({ kind: 'readStatus', request, timeoutMs: statusTimeoutMs }));
  if (status.answer.kind !== 'status' || !status.answer.parts.some(isLeader)) return { kind: 'notLeader' };
  const { answer } = await desk.ask((request) => ({ kind: 'transfer', request, target: null, timeoutMs }));
  if (answer.kind === 'transferred') return { kind: 'handedOver', leader: answer.leader };
  return { kind: 'kept', reason: 'message' in answer ? answer.message : answer.kind };
}

const isLeader = (part: { readonly actor: string; readonly role?: string }): boolean =>
  part.actor === 'election' && part.role === 'leader';
