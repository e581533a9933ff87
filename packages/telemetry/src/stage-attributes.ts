import type { Attributes } from '@opentelemetry/api';
import type { WriteStages } from '@quorate/raft';

/** From when to when a span lasts, by the monotonic clock. */
export interface SpanTimes {
  readonly beganAtMs: number;
  readonly endedAtMs: number;
}

/**
 * Where the time of a commit went, as attributes of its span, in milliseconds: one stage begins where the one before ends, and from `batch` to `answer` they add up to the
 * span. So a trace can be read alone, though what its batch had in common is in another's. `gateway` and `mailbox` come before that, and are known where client and leader are
 * on the same node.
 */
export function stageAttributes(
  { gateway, leader, log, applier }: WriteStages,
  { beganAtMs: spanBeganAtMs, endedAtMs: spanEndedAtMs }: SpanTimes,
): Attributes {
  if (leader === null) return {};
  const moments: readonly (readonly [stage: string, endedAtMs: number | null | undefined])[] = [
    ['gateway', gateway?.proposedAtMs],
    ['mailbox', gateway === null ? null : spanBeganAtMs],
    ['batch', leader.placedAtMs],
    ['append', log?.appendedAtMs],
    ['quorum', leader.committedAtMs],
    ['apply_wait', applier?.beganAtMs],
    ['apply', applier?.appliedAtMs],
    ['answer', spanEndedAtMs],
  ];
  const attributes: Attributes = {};
  let beganAtMs = gateway?.receivedAtMs ?? spanBeganAtMs;
  for (const [stage, endedAtMs] of moments) {
    if (endedAtMs == null) continue;
    attributes[`raft.stage.${stage}_ms`] = microseconds(endedAtMs - beganAtMs);
    beganAtMs = endedAtMs;
  }
  if (log !== null) attributes['raft.batch_size'] = log.batchEntries;
  if (leader.completedBy !== null) attributes['raft.completed_by'] = leader.completedBy;
  return attributes;
}

const microseconds = (ms: number): number => Math.round(ms * 1_000) / 1_000;
