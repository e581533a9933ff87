import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { CommitSpan, CommitTracer, LogIndex, Term } from '@quorate/raft';
import { epochMs } from './epoch-time.ts';
import { keptAttribute } from './keeping-sampler.ts';
import type { SlowCommits } from './slow-commits.ts';
import type { StageSpans } from './stage-spans.ts';
import { contextOf, traceparentOf } from './traceparent.ts';
import { attributesOf, type TracingIdentity } from './tracing.ts';

/** So many commits that are not sampled are kept in a second, at most: where all are slow, a few say as much. */
const mostKept = 10;
const keptWithinMs = 1_000;

type Outcome = Parameters<CommitSpan['end']>[0];

/** What a commit tracer works with. */
export interface CommitTracing {
  readonly tracer: Tracer;
  readonly identity: TracingIdentity;
  /** Null if no stages are remembered. */
  readonly stages: StageSpans | null;
  readonly slow: SlowCommits;
}

/** Traces commits with OpenTelemetry: one span from the proposal to the answer, in the caller's trace. What was slow, or failed, is kept though it is not sampled. */
export class OtelCommitTracer implements CommitTracer {
  readonly #tracing: CommitTracing;
  readonly #attributes: Attributes;
  #kept = 0;
  #keptSinceMs = Number.NEGATIVE_INFINITY;

  constructor(tracing: CommitTracing) {
    this.#tracing = tracing;
    this.#attributes = attributesOf(tracing.identity);
  }

  start(parent: string | null): CommitSpan {
    const { tracer } = this.#tracing;
    const context = contextOf(parent);
    const beganAtMs = performance.now();
    const span = this.#start(tracer, context, beganAtMs, {});
    return new OtelCommitSpan(span, beganAtMs, (commit) => this.#ended(commit, context));
  }

  #start(tracer: Tracer, context: Context, beganAtMs: number, more: Attributes): Span {
    const attributes = { ...this.#attributes, ...more };
    return tracer.startSpan(
      'raft/commit',
      { kind: SpanKind.INTERNAL, attributes, startTime: epochMs(beganAtMs) },
      context,
    );
  }

  #ended(commit: EndedCommit, context: Context): void {
    const { tracer, stages, slow } = this.#tracing;
    const isSlow = slow.isSlow(commit.endedAtMs - commit.beganAtMs);
    let { span } = commit;
    let attributes = this.#attributes;
    if (!span.isRecording()) {
      const reason = commit.outcome === 'applied' ? (isSlow ? 'slow' : null) : 'error';
      if (reason === null || !this.#mayKeep(commit.endedAtMs)) return;
      const kept = { [keptAttribute]: reason };
      span = this.#start(tracer, context, commit.beganAtMs, kept);
      attributes = { ...attributes, ...kept };
      if (commit.place !== null) setPlace(span, commit.place);
    }
    span.setAttribute('raft.outcome', commit.outcome);
    if (commit.outcome !== 'applied') span.setStatus({ code: SpanStatusCode.ERROR, message: commit.outcome });
    if (commit.place !== null && commit.outcome === 'applied') stages?.add(span, commit.place.index, true, attributes);
    span.end(epochMs(commit.endedAtMs));
  }

  #mayKeep(nowMs: number): boolean {
    if (nowMs - this.#keptSinceMs >= keptWithinMs) {
      this.#keptSinceMs = nowMs;
      this.#kept = 0;
    }
    this.#kept += 1;
    return this.#kept <= mostKept;
  }
}

interface Place {
  readonly index: LogIndex;
  readonly term: Term;
}

interface EndedCommit {
  readonly span: Span;
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly place: Place | null;
  readonly outcome: Outcome;
}

class OtelCommitSpan implements CommitSpan {
  readonly #span: Span;
  readonly #beganAtMs: number;
  readonly #ended: (commit: EndedCommit) => void;
  #place: Place | null = null;

  constructor(span: Span, beganAtMs: number, ended: (commit: EndedCommit) => void) {
    this.#span = span;
    this.#beganAtMs = beganAtMs;
    this.#ended = ended;
  }

  get traceparent(): string | null {
    return traceparentOf(this.#span);
  }

  appended(index: LogIndex, term: Term): void {
    this.#place = { index, term };
    setPlace(this.#span, this.#place);
    this.#span.addEvent('appended', epochMs(performance.now()));
  }

  committed(): void {
    this.#span.addEvent('committed', epochMs(performance.now()));
  }

  end(outcome: Outcome): void {
    const [span, beganAtMs, place] = [this.#span, this.#beganAtMs, this.#place];
    this.#ended({ span, beganAtMs, endedAtMs: performance.now(), place, outcome });
  }
}

function setPlace(span: Span, { index, term }: Place): void {
  span.setAttributes({ 'raft.index': index, 'raft.term': term });
}
