import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { LeaderStages, LogIndex, LogStages, Rpc, Term, WriteStages } from '@quorate/raft';
import { keptAttribute } from './keeping-sampler.ts';
import { SharedSpans } from './shared-spans.ts';
import type { SpanCounts } from './span-counts.ts';
import { stageAttributes } from './stage-attributes.ts';
import type { StageRings } from './stages/stage-rings.ts';

/** So long after a span has ended its stages are looked for: a leader's own flush may end after its commit. */
const lookAfterMs = 100;
/** So often, at most: what has not come by then is left out. */
const maxLooks = 10;
/** So many spans wait for their stages, at most: what is more goes without. */
const maxWaiting = 16_384;
/** So many are looked at in one turn: a node has other things to do. */
const atOnce = 64;

/** An append at a follower whose RPC is over, or about to be. */
export interface EndingAppend {
  readonly span: Span;
  readonly last: NonNullable<Rpc['last']>;
  readonly beganAtMs: number;
  readonly offsetMs: number;
  readonly attributes: Attributes;
}

/** A commit that is over, and its span, which is not. */
export interface EndingCommit {
  readonly span: Span;
  readonly index: LogIndex;
  readonly term: Term;
  readonly offsetMs: number;
  readonly attributes: Attributes;
  /** Ends the span. */
  readonly end: () => void;
}

/** A span whose stages are still to be found. */
interface Waiting {
  readonly span: Span;
  readonly parent: Context;
  readonly index: LogIndex;
  readonly term: Term;
  /** What was in the log before then is of an earlier append. */
  readonly sinceMs: number;
  readonly offsetMs: number;
  readonly attributes: Attributes;
  /** Ends the span of a commit; null for an append at a follower. */
  readonly end: (() => void) | null;
  looks: number;
  dueAtMs: number;
}

/** Makes spans, after the fact, of what the rings remember: children of spans that are sampled, and of no others. */
export class StageSpans {
  readonly #tracer: Tracer;
  readonly #rings: StageRings;
  readonly #counts: SpanCounts;
  readonly #shared = new SharedSpans();
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(tracer: Tracer, rings: StageRings, counts: SpanCounts) {
    this.#tracer = tracer;
    this.#rings = rings;
    this.#counts = counts;
  }

  /** An append at a follower is acknowledged. */
  addAppend({ span, last: { index, term }, beganAtMs, offsetMs, attributes }: EndingAppend): void {
    this.#add(span, { index, term, sinceMs: beganAtMs, offsetMs, attributes, end: null });
  }

  /** A commit is over. Its span is ended later, once its stages are known, as links and attributes can be added only until then. False if it goes without, and is not ended here. */
  addCommit({ span, ...commit }: EndingCommit): boolean {
    return this.#add(span, { ...commit, sinceMs: Number.NEGATIVE_INFINITY });
  }

  /** Makes what can be made now, and no more later. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      one.looks = maxLooks;
      this.#isMade(one);
    }
  }

  #add(span: Span, given: Omit<Waiting, 'span' | 'parent' | 'looks' | 'dueAtMs'>): boolean {
    if (!span.isRecording()) return false;
    if (this.#waiting.length >= maxWaiting) {
      this.#counts.withoutStages += 1;
      return false;
    }
    const parent = trace.setSpan(ROOT_CONTEXT, span);
    this.#waiting.push({ ...given, span, parent, looks: 0, dueAtMs: performance.now() + lookAfterMs });
    this.#timer ??= setTimeout(() => this.#look(), lookAfterMs).unref();
    return true;
  }

  /** All wait equally long, so that those that came first are due first. */
  #look(): void {
    this.#timer = null;
    const nowMs = performance.now();
    const notDue = this.#waiting.findIndex(({ dueAtMs }) => dueAtMs > nowMs);
    const due = this.#waiting.splice(0, Math.min(notDue < 0 ? this.#waiting.length : notDue, atOnce));
    for (const one of due) {
      if (this.#isMade(one)) continue;
      one.dueAtMs = nowMs + lookAfterMs;
      this.#waiting.push(one);
    }
    const [next] = this.#waiting;
    if (next !== undefined) this.#timer = setTimeout(() => this.#look(), Math.max(1, next.dueAtMs - nowMs)).unref();
  }

  /** True if there is nothing more to wait for. */
  #isMade(waiting: Waiting): boolean {
    const found = this.#rings.find(waiting.index);
    const stages = found !== null && isOf(found, waiting) ? found : null;
    waiting.looks += 1;
    if (stages !== null && stages.log?.flushEndedAtMs == null && waiting.looks < maxLooks) return false;
    if (stages !== null && waiting.end !== null) this.#commit(waiting, stages);
    if (stages !== null && waiting.end === null && stages.log !== null) this.#log(waiting, stages.log, false);
    waiting.end?.();
    return true;
  }

  #commit(waiting: Waiting, stages: WriteStages): void {
    const { leader, log, applier } = stages;
    if (leader === null) return;
    waiting.span.setAttributes(stageAttributes(stages));
    if (keptAttribute in waiting.attributes) this.#peers(waiting, leader);
    // Whoever is the first of its batch has its spans below it; what is its own alone is among the attributes of each.
    const isFirst = log === null || this.#log(waiting, log, true);
    if (isFirst) this.#make(waiting, 'raft/batch', leader.takenAtMs, leader.placedAtMs);
    const completedBy = leader.completedBy === null ? {} : { 'raft.completed_by': leader.completedBy };
    const inLogAtMs = log?.appendedAtMs ?? leader.placedAtMs;
    this.#share(waiting, 'raft/quorum', inLogAtMs, leader.committedAtMs, completedBy);
    if (applier !== null) this.#share(waiting, 'raft/apply', applier.beganAtMs, applier.appliedAtMs);
  }

  /** What is kept without being sampled has no spans of its RPCs: they are made of what the leader remembers. */
  #peers(waiting: Waiting, { peers }: LeaderStages): void {
    for (const { peer, sentAtMs, heardAtMs } of peers) {
      this.#share(waiting, 'raft/appendEntries', sentAtMs, heardAtMs, { 'raft.peer': peer });
    }
  }

  /** True if they are made below this one. */
  #log(
    waiting: Waiting,
    { receivedAtMs, appendedAtMs, flushBeganAtMs, flushEndedAtMs, batchEntries }: LogStages,
    isShared: boolean,
  ): boolean {
    const batch = { 'raft.batch_size': batchEntries };
    if (!isShared) {
      this.#make(waiting, 'raft/append', receivedAtMs, appendedAtMs, batch);
      if (flushBeganAtMs !== null) this.#make(waiting, 'raft/flush', flushBeganAtMs, flushEndedAtMs, batch);
      return true;
    }
    const isFirst = this.#share(waiting, 'raft/append', receivedAtMs, appendedAtMs, batch);
    if (flushBeganAtMs !== null) this.#share(waiting, 'raft/flush', flushBeganAtMs, flushEndedAtMs, batch);
    return isFirst;
  }

  /** Makes a span of what many writes have in common, or links to the one that is made already. True if it is made. */
  #share(waiting: Waiting, name: string, beganAtMs: number, endedAtMs: number | null, more: Attributes = {}): boolean {
    if (endedAtMs === null) return false;
    const key = `${name} ${more['raft.peer'] ?? ''} ${beganAtMs} ${endedAtMs}`;
    const known = this.#shared.find(key);
    if (known !== null) {
      waiting.span.addLink(known);
      return false;
    }
    const made = this.#make(waiting, name, beganAtMs, endedAtMs, more);
    if (made !== null) this.#shared.add(key, made);
    return true;
  }

  #make(
    waiting: Waiting,
    name: string,
    beganAtMs: number,
    endedAtMs: number | null,
    more: Attributes = {},
  ): Link | null {
    if (endedAtMs === null) return null;
    const { offsetMs, index, parent } = waiting;
    const attributes = { ...waiting.attributes, 'raft.index': index, ...more };
    const span = this.#tracer.startSpan(name, { startTime: offsetMs + beganAtMs, attributes }, parent);
    span.end(offsetMs + endedAtMs);
    return { context: span.spanContext() };
  }
}

/** Whether that is what the span saw: another entry may stand in its place by now, or it was there before, and was sent once more. */
const isOf = ({ term, log }: WriteStages, waiting: Waiting): boolean =>
  term === waiting.term && (log === null || log.receivedAtMs >= waiting.sinceMs);
