import { type Attributes, type Context, ROOT_CONTEXT, type Span, type Tracer, trace } from '@opentelemetry/api';
import type { LeaderStages, LogIndex, LogStages, WriteStages } from '@quorate/raft';
import { epochMs } from './epoch-time.ts';
import { keptAttribute } from './keeping-sampler.ts';
import type { StageRings } from './stages/stage-rings.ts';

/** So long after a span has ended its stages are looked for: a leader's own flush may end after its commit. */
const lookAfterMs = 100;
/** So often, at most: what has not come by then is left out. */
const maxLooks = 10;
/** So many spans wait for their stages, at most: what is more goes without. */
const maxWaiting = 4096;

/** A span whose stages are still to be found. */
interface Waiting {
  readonly parent: Context;
  readonly index: LogIndex;
  /** Whether it is that of the commit, at the leader, or that of an append, at a follower. */
  readonly isCommit: boolean;
  readonly attributes: Attributes;
  looks: number;
}

/** Makes spans, after the fact, of what the rings remember: children of spans that are sampled, and of no others. */
export class StageSpans {
  readonly #tracer: Tracer;
  readonly #rings: StageRings;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(tracer: Tracer, rings: StageRings) {
    this.#tracer = tracer;
    this.#rings = rings;
  }

  /** The span of a commit, or of an append at a follower, is over, or about to be. */
  add(span: Span, index: LogIndex, isCommit: boolean, attributes: Attributes): void {
    if (!span.isRecording() || this.#waiting.length >= maxWaiting) return;
    const parent = trace.setSpan(ROOT_CONTEXT, span);
    this.#waiting.push({ parent, index, isCommit, attributes, looks: 0 });
    this.#timer ??= setTimeout(() => this.#look(), lookAfterMs).unref();
  }

  /** Makes what can be made now, and no more later. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const waiting of this.#waiting) waiting.looks = maxLooks;
    this.#look();
  }

  #look(): void {
    this.#timer = null;
    this.#waiting = this.#waiting.filter((waiting) => !this.#isMade(waiting));
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#look(), lookAfterMs).unref();
  }

  /** True if there is nothing more to wait for. */
  #isMade(waiting: Waiting): boolean {
    const stages = this.#rings.find(waiting.index);
    if (stages === null) return true;
    waiting.looks += 1;
    if (stages.log?.flushEndedAtMs == null && waiting.looks < maxLooks) return false;
    if (waiting.isCommit) this.#commit(waiting, stages);
    if (stages.log !== null) this.#log(waiting, stages.log);
    return true;
  }

  #commit(waiting: Waiting, { leader, log, applier }: WriteStages): void {
    if (leader === null) return;
    if (keptAttribute in waiting.attributes) this.#peers(waiting, leader);
    this.#make(waiting, 'raft/batch', leader.takenAtMs, leader.placedAtMs);
    const completedBy = leader.completedBy === null ? {} : { 'raft.completed_by': leader.completedBy };
    this.#make(waiting, 'raft/quorum', log?.appendedAtMs ?? leader.placedAtMs, leader.committedAtMs, completedBy);
    if (applier !== null) this.#make(waiting, 'raft/apply', applier.beganAtMs, applier.appliedAtMs);
  }

  /** What is kept without being sampled has no spans of its RPCs: they are made of what the leader remembers. */
  #peers(waiting: Waiting, { peers }: LeaderStages): void {
    for (const { peer, sentAtMs, heardAtMs } of peers) {
      this.#make(waiting, 'raft/appendEntries', sentAtMs, heardAtMs, { 'raft.peer': peer });
    }
  }

  #log(
    waiting: Waiting,
    { receivedAtMs, appendedAtMs, flushBeganAtMs, flushEndedAtMs, batchEntries }: LogStages,
  ): void {
    const batch = { 'raft.batch_size': batchEntries };
    this.#make(waiting, 'raft/append', receivedAtMs, appendedAtMs, batch);
    if (flushBeganAtMs !== null) this.#make(waiting, 'raft/flush', flushBeganAtMs, flushEndedAtMs, batch);
  }

  #make(waiting: Waiting, name: string, beganAtMs: number, endedAtMs: number | null, more: Attributes = {}): void {
    if (endedAtMs === null) return;
    const attributes = { ...waiting.attributes, 'raft.index': waiting.index, ...more };
    const span = this.#tracer.startSpan(name, { startTime: epochMs(beganAtMs), attributes }, waiting.parent);
    span.end(epochMs(endedAtMs));
  }
}
