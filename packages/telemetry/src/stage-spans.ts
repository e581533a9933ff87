import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import {
  type LeaderStages,
  type LogIndex,
  type LogStages,
  type PeerStages,
  peerAheadMs,
  type Rpc,
  type Term,
  type WriteStages,
} from '@quorate/raft';
import { keptAttribute } from './keeping-sampler.ts';
import type { QueueLength } from './metrics/queue-length.ts';
import type { AskPeer, PeerPart } from './peer-parts.ts';
import { SharedSpans } from './shared-spans.ts';
import type { SpanCounts } from './span-counts.ts';
import { type SpanTimes, stageAttributes } from './stage-attributes.ts';
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
  readonly times: SpanTimes;
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
  /** Of a commit; null for an append at a follower. */
  readonly commit: Pick<EndingCommit, 'times' | 'end'> | null;
  looks: number;
  dueAtMs: number;
}

/** Makes spans, after the fact, of what the rings remember: children of spans that are sampled, and of no others. */
export class StageSpans {
  readonly #tracer: Tracer;
  readonly #rings: StageRings;
  readonly #counts: SpanCounts;
  readonly #shared = new SharedSpans();
  #ask: AskPeer = async () => null;
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(tracer: Tracer, rings: StageRings, counts: SpanCounts) {
    this.#tracer = tracer;
    this.#rings = rings;
    this.#counts = counts;
  }

  /** How many wait for their stages. */
  get queue(): QueueLength {
    return { queue: 'stages', length: this.#waiting.length, limit: maxWaiting };
  }

  /** How peers are asked from now on. */
  askPeersBy(ask: AskPeer): void {
    this.#ask = ask;
  }

  /** An append at a follower is acknowledged. */
  addAppend({ span, last: { index, term }, beganAtMs, offsetMs, attributes }: EndingAppend): void {
    this.#add(span, { index, term, sinceMs: beganAtMs, offsetMs, attributes, commit: null });
  }

  /** A commit is over. Its span is ended later, once its stages are known, as links and attributes can be added only until then. False if it goes without, and is not ended here. */
  addCommit({ span, index, term, offsetMs, attributes, ...commit }: EndingCommit): boolean {
    return this.#add(span, { index, term, sinceMs: Number.NEGATIVE_INFINITY, offsetMs, attributes, commit });
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
    if (stages !== null && !isWhole(stages) && waiting.looks < maxLooks) return false;
    if (stages !== null && waiting.commit !== null) this.#commit(waiting, stages, waiting.commit.times);
    if (stages !== null && waiting.commit === null) this.#part(waiting, stages);
    waiting.commit?.end();
    return true;
  }

  #commit(waiting: Waiting, stages: WriteStages, times: SpanTimes): void {
    const { leader, log, applier } = stages;
    if (leader === null) return;
    waiting.span.setAttributes(stageAttributes(stages, times));
    if (keptAttribute in waiting.attributes) this.#peers(waiting, leader);
    // Whoever is the first of its batch has its spans below it; what is its own alone is among the attributes of each.
    const isFirst = log === null || this.#log(waiting, log);
    if (isFirst) this.#make(waiting, { name: 'raft/batch' }, leader.takenAtMs, leader.placedAtMs);
    const completedBy = leader.completedBy === null ? {} : { 'raft.completed_by': leader.completedBy };
    const inLogAtMs = log?.appendedAtMs ?? leader.placedAtMs;
    this.#share(waiting, { name: 'raft/quorum' }, inLogAtMs, leader.committedAtMs, completedBy);
    if (applier !== null) this.#share(waiting, { name: 'raft/apply' }, applier.beganAtMs, applier.appliedAtMs);
  }

  /** True if its append is made below this one. */
  #log(waiting: Waiting, log: LogStages): boolean {
    const { receivedAtMs, appendedAtMs, flushBeganAtMs, flushEndedAtMs } = log;
    const batch = batchOf(log);
    const append = this.#share(waiting, { name: 'raft/append' }, receivedAtMs, appendedAtMs, batch);
    if (flushBeganAtMs !== null) this.#share(waiting, { name: 'raft/flush' }, flushBeganAtMs, flushEndedAtMs, batch);
    return append !== null;
  }

  /** What is kept without being sampled has no spans of its RPCs: they are made of what the leader remembers, and of what its peers tell. */
  #peers(waiting: Waiting, { peers }: LeaderStages): void {
    for (const stages of peers) {
      const { peer, sentAtMs, heardAtMs } = stages;
      const asked = { ...rpcAttributes, 'raft.peer': peer };
      const made = this.#share(waiting, { name: rpcName, kind: SpanKind.CLIENT }, sentAtMs, heardAtMs, asked);
      if (made !== null) void this.#peer(waiting, made, stages);
    }
  }

  /** Its times are put in the middle between the leader's asking and hearing: nobody can tell more. */
  async #peer(waiting: Waiting, client: Link, stages: PeerStages): Promise<void> {
    const { peer } = stages;
    const told = await this.#ask(peer, waiting.index, waiting.term);
    if (told?.log == null) return;
    const attributes = { ...waiting.attributes, 'raft.node': peer };
    const offsetMs = waiting.offsetMs - peerAheadMs(stages, told.log);
    const below = { ...waiting, parent: trace.setSpanContext(ROOT_CONTEXT, client.context), attributes, offsetMs };
    const asker = { ...rpcAttributes, 'raft.peer': String(waiting.attributes['raft.node']) };
    const { receivedAtMs, repliedAtMs } = told.log;
    const server = this.#make(below, { name: rpcName, kind: SpanKind.SERVER }, receivedAtMs, repliedAtMs, asker);
    if (server === null) return;
    this.#part({ ...below, parent: trace.setSpanContext(ROOT_CONTEXT, server.context) }, told);
  }

  /** What a follower does. */
  #part(waiting: Waiting, { log, applier }: PeerPart): void {
    if (log === null) return;
    const { receivedAtMs, appendedAtMs, flushBeganAtMs, flushEndedAtMs } = log;
    const batch = batchOf(log);
    this.#make(waiting, { name: 'raft/append' }, receivedAtMs, appendedAtMs, batch);
    if (flushBeganAtMs !== null) this.#make(waiting, { name: 'raft/flush' }, flushBeganAtMs, flushEndedAtMs, batch);
    if (applier !== null) this.#make(waiting, { name: 'raft/apply' }, applier.beganAtMs, applier.appliedAtMs);
  }

  /** Makes a span of what many writes have in common; null, and a link to the one that is made already. */
  #share(
    waiting: Waiting,
    made: Made,
    beganAtMs: number,
    endedAtMs: number | null,
    more: Attributes = {},
  ): Link | null {
    if (endedAtMs === null) return null;
    const key = `${made.name} ${more['raft.peer'] ?? ''} ${beganAtMs} ${endedAtMs}`;
    const known = this.#shared.find(key);
    if (known !== null) {
      waiting.span.addLink(known);
      return null;
    }
    const link = this.#make(waiting, made, beganAtMs, endedAtMs, more);
    if (link !== null) this.#shared.add(key, link);
    return link;
  }

  #make(
    waiting: Pick<Waiting, 'parent' | 'index' | 'offsetMs' | 'attributes'>,
    made: Made,
    beganAtMs: number,
    endedAtMs: number | null,
    more: Attributes = {},
  ): Link | null {
    if (endedAtMs === null) return null;
    const { offsetMs, index, parent } = waiting;
    const attributes = { ...waiting.attributes, 'raft.index': index, ...more };
    const { name, kind = SpanKind.INTERNAL } = made;
    const span = this.#tracer.startSpan(name, { kind, startTime: offsetMs + beganAtMs, attributes }, parent);
    span.end(offsetMs + endedAtMs);
    return { context: span.spanContext() };
  }
}

/** What a span is called, and what kind it is of if it is of one. */
interface Made {
  readonly name: string;
  readonly kind?: SpanKind;
}

const rpcName = 'raft/appendEntries';
const rpcAttributes = {
  'rpc.system': 'quorate',
  'rpc.service': 'raft',
  'rpc.method': 'appendEntries',
  'messaging.system': 'nats',
};

const batchOf = ({ batchEntries }: LogStages): Attributes => ({ 'raft.batch_size': batchEntries });

/** Whether nothing more is to come: followers hear late that an entry is committed. */
const isWhole = ({ leader, log, applier }: WriteStages): boolean =>
  log?.flushEndedAtMs != null && (applier !== null || leader !== null);

/** Whether that is what the span saw: another entry may stand in its place by now, or it was there before, and was sent once more. */
const isOf = ({ term, log }: WriteStages, waiting: Waiting): boolean =>
  term === waiting.term && (log === null || log.receivedAtMs >= waiting.sinceMs);
