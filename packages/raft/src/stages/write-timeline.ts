import type { NodeId } from '@quorate/actor';
import type { LogIndex, Term } from '../types.ts';
import type { GatewayStages, LeaderStages, LogStages, PeerStages, WriteStages } from './write-stages.ts';

/** Where a write may be, and for how long. */
export const writeStageNames = [
  /** In the gateway, until it knows a leader that takes writes. */
  'gateway',
  /** In the leader's mailbox; from another node, also on the wire. */
  'mailbox',
  /** Waiting until the log store has the batch before. */
  'batch',
  /** In the log store's mailbox, and being staged. */
  'append',
  /** Waiting for the flush before. */
  'flushWait',
  'flush',
  /** From the log to the wire. */
  'send',
  /** Between two nodes. */
  'wire',
  /** From the disk to the wire. */
  'reply',
  /** Between leader and peer, of whom nothing more is known. */
  'peer',
  /** Until the leader has counted it. */
  'quorum',
  /** Waiting for the applier. */
  'applyWait',
  'apply',
  /** From the state machine over leader and gateway to the client. */
  'answer',
] as const;

/** Where a write may be. */
export type WriteStageName = (typeof writeStageNames)[number];

/** A write in one place, in milliseconds since the gateway has it. */
export interface TimelineStage {
  readonly node: NodeId;
  /** The other node, of what is between two. */
  readonly peer: NodeId | null;
  readonly stage: WriteStageName;
  readonly beginMs: number;
  readonly endMs: number;
  /** Whether the answer waited for it. These follow one another, and add up to the whole. */
  readonly isOnPath: boolean;
}

/** Where the time of a write went, on all nodes. */
export interface WriteTimeline {
  readonly index: LogIndex;
  readonly term: Term;
  readonly leader: NodeId;
  /** Whose acknowledgement completed the quorum; null if that is forgotten. */
  readonly completedBy: NodeId | null;
  /** From when the gateway had it until its answer left; where the gateway's part is not known, the leader's time. */
  readonly wholeMs: number;
  /** In the order in which they begin. */
  readonly stages: readonly TimelineStage[];
}

/** What a node remembers of a write. */
export interface NodeStages {
  readonly node: NodeId;
  readonly stages: WriteStages;
}

interface Leading extends NodeStages {
  readonly leader: LeaderStages & { readonly settledAtMs: number };
}

/** The end of a stage; what is not known is part of the next. */
interface Step {
  readonly node: NodeId;
  readonly peer?: NodeId;
  readonly stage: WriteStageName;
  readonly endAtMs: number | null;
}

/**
 * Puts together what the nodes remember of one entry. Their clocks have nothing in common: what a peer did lies in the middle between the leader's asking and
 * its hearing, as nobody can tell more (NTP takes the same). Null if no node knows of it as its leader.
 */
export function timelineOf(nodes: readonly NodeStages[]): WriteTimeline | null {
  const leading = leadingOf(nodes);
  if (leading === null) return null;
  const { index, term } = leading.stages;
  const asked = nodes.find(({ stages }) => stages.gateway !== null && stages.term === term);
  const { beganAtMs, steps } = pathOf(leading, asked ?? null, nodes);
  const path = stagesOf(beganAtMs, steps, true);
  const beside = branchesOf(leading, nodes).flatMap((branch) => stagesOf(branch.beganAtMs, branch.steps, false));
  const stages = [...path, ...beside.filter((stage) => !path.some((one) => isSame(one, stage)))];
  return {
    index,
    term,
    leader: leading.node,
    completedBy: leading.leader.completedBy,
    wholeMs: (path.at(-1)?.endMs ?? beganAtMs) - beganAtMs,
    stages: stages
      .map((stage) => ({ ...stage, beginMs: stage.beginMs - beganAtMs, endMs: stage.endMs - beganAtMs }))
      .sort((a, b) => a.beginMs - b.beginMs || a.endMs - b.endMs),
  };
}

function leadingOf(nodes: readonly NodeStages[]): Leading | null {
  const found = nodes.flatMap(({ node, stages }): readonly Leading[] => {
    const { leader } = stages;
    if (leader === null || leader.settledAtMs === null) return [];
    return [{ node, stages, leader: { ...leader, settledAtMs: leader.settledAtMs } }];
  });
  return found.sort((a, b) => b.stages.term - a.stages.term)[0] ?? null;
}

interface Branch {
  readonly beganAtMs: number;
  readonly steps: readonly Step[];
}

/** What the answer waited for, one after the other, by the leader's clock. */
function pathOf({ node, leader, stages }: Leading, asked: NodeStages | null, nodes: readonly NodeStages[]): Branch {
  const gateway = asked === null ? null : gatewayByLeader(asked, node, leader);
  const at = asked?.node ?? node;
  return {
    beganAtMs: gateway?.receivedAtMs ?? leader.takenAtMs,
    steps: [
      { node: at, stage: 'gateway', endAtMs: gateway?.proposedAtMs ?? null },
      { node, stage: 'mailbox', endAtMs: gateway === null ? null : leader.takenAtMs },
      { node, stage: 'batch', endAtMs: leader.placedAtMs },
      { node, stage: 'append', endAtMs: stages.log?.appendedAtMs ?? null },
      ...quorumSteps({ node, leader, stages }, nodes),
      { node, stage: 'quorum', endAtMs: leader.committedAtMs },
      { node, stage: 'applyWait', endAtMs: stages.applier?.beganAtMs ?? null },
      { node, stage: 'apply', endAtMs: stages.applier?.appliedAtMs ?? null },
      { node: at, stage: 'answer', endAtMs: gateway?.answeredAtMs ?? leader.settledAtMs },
    ],
  };
}

/** From the leader's log to the acknowledgement that completed the quorum. */
function quorumSteps(
  leading: Pick<Leading, 'node' | 'leader' | 'stages'>,
  nodes: readonly NodeStages[],
): readonly Step[] {
  const { node, leader, stages } = leading;
  const { completedBy } = leader;
  if (completedBy === null) return [];
  if (completedBy === node) return stages.log === null ? [] : flushSteps(node, stages.log);
  const peer = leader.peers.find((one) => one.peer === completedBy);
  const known = nodes.find((one) => one.node === completedBy);
  return peer === undefined ? [] : peerSteps(node, peer, logOf(known, stages.term));
}

/** Beside that: the leader's own disk, its peers, and their appliers. */
function branchesOf({ node, leader, stages: { term, log } }: Leading, nodes: readonly NodeStages[]): readonly Branch[] {
  const own = log === null ? [] : [{ beganAtMs: log.appendedAtMs, steps: flushSteps(node, log) }];
  const peers = leader.peers.flatMap((peer) => {
    const known = nodes.find((one) => one.node === peer.peer);
    const peerLog = logOf(known, term);
    const sending = { beganAtMs: log?.appendedAtMs ?? peer.sentAtMs, steps: peerSteps(node, peer, peerLog) };
    const applier = known?.stages.applier ?? null;
    if (peerLog === null || applier === null) return [sending];
    const aheadMs = peerAheadMs(peer, peerLog);
    const applied: Step = { node: peer.peer, stage: 'apply', endAtMs: applier.appliedAtMs - aheadMs };
    return [sending, { beganAtMs: applier.beganAtMs - aheadMs, steps: [applied] }];
  });
  return [...own, ...peers];
}

/** What a node remembers of the entry of that term, and not of another that stood in its place. */
const logOf = (node: NodeStages | undefined, term: Term): LogStages | null =>
  node?.stages.term === term ? node.stages.log : null;

const flushSteps = (node: NodeId, log: LogStages): readonly Step[] => [
  { node, stage: 'flushWait', endAtMs: log.flushBeganAtMs },
  { node, stage: 'flush', endAtMs: log.flushEndedAtMs },
];

function peerSteps(leader: NodeId, peer: PeerStages, log: LogStages | null): readonly Step[] {
  const node = peer.peer;
  const sent: Step = { node: leader, peer: node, stage: 'send', endAtMs: peer.sentAtMs };
  if (log === null) return [sent, { node, peer: leader, stage: 'peer', endAtMs: peer.heardAtMs }];
  const aheadMs = peerAheadMs(peer, log);
  const byLeader = (atMs: number | null): number | null => (atMs === null ? null : atMs - aheadMs);
  return [
    sent,
    { node, peer: leader, stage: 'wire', endAtMs: byLeader(log.receivedAtMs) },
    { node, stage: 'append', endAtMs: byLeader(log.appendedAtMs) },
    { node, stage: 'flushWait', endAtMs: byLeader(log.flushBeganAtMs) },
    { node, stage: 'flush', endAtMs: byLeader(log.flushEndedAtMs) },
    { node, stage: 'reply', endAtMs: byLeader(log.repliedAtMs) },
    { node: leader, peer: node, stage: 'wire', endAtMs: peer.heardAtMs },
  ];
}

/** How far the peer's clock is ahead of the leader's, with as much time on the wire there as back. */
export function peerAheadMs({ sentAtMs, heardAtMs }: PeerStages, { receivedAtMs, repliedAtMs }: LogStages): number {
  if (heardAtMs === null || repliedAtMs === null) return receivedAtMs - sentAtMs;
  return (receivedAtMs + repliedAtMs) / 2 - (sentAtMs + heardAtMs) / 2;
}

/** What the gateway did, by the leader's clock. */
function gatewayByLeader(
  { node, stages }: NodeStages,
  leaderNode: NodeId,
  leader: Leading['leader'],
): GatewayStages | null {
  const { gateway } = stages;
  if (gateway === null || node === leaderNode) return gateway;
  const { receivedAtMs, proposedAtMs, answeredAtMs } = gateway;
  const aheadMs = (proposedAtMs + answeredAtMs) / 2 - (leader.takenAtMs + leader.settledAtMs) / 2;
  return {
    receivedAtMs: receivedAtMs - aheadMs,
    proposedAtMs: proposedAtMs - aheadMs,
    answeredAtMs: answeredAtMs - aheadMs,
  };
}

/** One after the other. None ends before it begins, though clocks of two nodes are compared. */
function stagesOf(beganAtMs: number, steps: readonly Step[], isOnPath: boolean): readonly TimelineStage[] {
  let beginMs = beganAtMs;
  return steps.flatMap(({ node, peer = null, stage, endAtMs }) => {
    if (endAtMs === null) return [];
    const endMs = Math.max(beginMs, endAtMs);
    const made = { node, peer, stage, beginMs, endMs, isOnPath };
    beginMs = endMs;
    return [made];
  });
}

const isSame = (a: TimelineStage, b: TimelineStage): boolean =>
  a.node === b.node && a.peer === b.peer && a.stage === b.stage && Math.abs(a.endMs - b.endMs) < 0.001;
