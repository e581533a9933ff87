import type { Address, GroupId, NodeId } from '@quorate/actor';
import type { ApplierMessage } from './applier/messages.ts';
import type { DiskAlarmMessage } from './disk-alarm/messages.ts';
import type { ElectionMessage } from './election/messages.ts';
import type { ApiMessage, GatewayMessage } from './gateway/messages.ts';
import type { LeaderMessage } from './leader/messages.ts';
import type { LogStoreMessage } from './log-store/messages.ts';
import type { ReplicatorMessage } from './replicator/messages.ts';
import type { StageMemoryMessage } from './stage-memory/messages.ts';
import type { StateCheckMessage } from './state-check/messages.ts';

const at =
  <Message>(actor: string) =>
  (where: { readonly node: NodeId; readonly group: GroupId }): Address<Message> => ({
    node: where.node,
    group: where.group,
    actor,
  });

/** The log store of a node and group. */
export const logStoreAt: (where: Where) => Address<LogStoreMessage> = at('logStore');
/** The election of a node and group. */
export const electionAt: (where: Where) => Address<ElectionMessage> = at('election');
/** The leader of a node and group; it runs only while the node leads. */
export const leaderAt: (where: Where) => Address<LeaderMessage> = at('leader');
/** The applier of a node and group. */
export const applierAt: (where: Where) => Address<ApplierMessage> = at('applier');
/** The gateway of a node and group. */
export const gatewayAt: (where: Where) => Address<GatewayMessage> = at('gateway');
/** The api of a node and group, which the host provides. */
export const apiAt: (where: Where) => Address<ApiMessage> = at('api');

/** The disk alarm of a node and group, which the host provides. */
export const diskAlarmAt: (where: Where) => Address<DiskAlarmMessage> = at('diskAlarm');
/** The state check of a node and group, which the host provides. */
export const stateCheckAt: (where: Where) => Address<StateCheckMessage> = at('stateCheck');
/** The stage memory of a node and group, which the host provides. */
export const stageMemoryAt: (where: Where) => Address<StageMemoryMessage> = at('stageMemory');

const replicatorNames = new Map<NodeId, string>();

/** The name of the replicator that serves `peer`: the same string each time, which whoever looks it up need not hash anew. */
export function replicatorName(peer: NodeId): string {
  const known = replicatorNames.get(peer);
  if (known !== undefined) return known;
  const name = `replicator/${peer}`;
  replicatorNames.set(peer, name);
  return name;
}

/** The replicator of a node and group that serves `peer`. */
export const replicatorAt = (where: Where, peer: NodeId): Address<ReplicatorMessage> =>
  at<ReplicatorMessage>(replicatorName(peer))(where);

/** A node and a group of it. An address is one. */
export interface Where {
  readonly node: NodeId;
  readonly group: GroupId;
}
