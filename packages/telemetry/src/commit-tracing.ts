import { type Attributes, type Context, type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { CommitSpan, CommitTracer, LogIndex, Term } from '@quorate/raft';
import type { EpochClock } from './epoch-clock.ts';
import { KeepBudget } from './keep-budget.ts';
import { keptAttribute } from './keeping-sampler.ts';
import type { OpenCommits } from './open-commits.ts';
import type { SlowCommits } from './slow-commits.ts';
import type { StageSpans } from './stage-spans.ts';
import { contextOf, traceparentOf } from './traceparent.ts';
import { attributesOf, type TracingIdentity } from './tracing.ts';

type Outcome = Parameters<CommitSpan['end']>[0];

/** What a commit tracer works with. */
export interface CommitTracing {
  readonly tracer: Tracer;
  readonly identity: TracingIdentity;
  readonly epoch: EpochClock;
  /** Those that are under way. */
  readonly commits: OpenCommits;
  /** Null if no stages are remembered. */
  readonly stages: StageSpans | null;
  readonly slow: SlowCommits;
}

/** Traces commits with OpenTelemetry: one span from the proposal to the answer, in the caller's trace. What was slow, or failed, is kept though it is not sampled. */
export class OtelCommitTracer implements CommitTracer {
  readonly #tracing: CommitTracing;
  readonly #attributes: Attributes;
  readonly #budgets = { error: new KeepBudget(), slow: new KeepBudget() };

  constructor(tracing: CommitTracing) {
    this.#tracing = tracing;
    this.#attributes = attributesOf(tracing.identity);
  }

  start(parent: string | null): CommitSpan {
    const { epoch, commits } = this.#tracing;
    const context = contextOf(parent);
    const [beganAtMs, offsetMs] = [performance.now(), epoch.offsetMs()];
    const span = this.#start(context, offsetMs + beganAtMs, {});
    const traceparent = traceparentOf(span);
    if (traceparent !== null) commits.add(traceparent, span);
    return new OtelCommitSpan({ span, traceparent, beganAtMs, offsetMs }, (commit) => this.#ended(commit, context));
  }

  #start(context: Context, startTime: number, more: Attributes): Span {
    const attributes = { ...this.#attributes, ...more };
    return this.#tracing.tracer.startSpan('raft/commit', { kind: SpanKind.INTERNAL, attributes, startTime }, context);
  }

  #ended(commit: EndedCommit, context: Context): void {
    const { stages, slow, commits } = this.#tracing;
    const { beganAtMs, endedAtMs, offsetMs, traceparent, place, outcome } = commit;
    const isSlow = slow.isSlow(endedAtMs - beganAtMs);
    let { span } = commit;
    let attributes = this.#attributes;
    if (!span.isRecording()) {
      const reason = outcome === 'applied' ? (isSlow ? 'slow' : null) : 'error';
      if (reason === null || !this.#budgets[reason].take(endedAtMs)) return;
      const kept = { [keptAttribute]: reason };
      span = this.#start(context, offsetMs + beganAtMs, kept);
      attributes = { ...attributes, ...kept };
      if (place !== null) setPlace(span, place);
    }
    span.setAttribute('raft.outcome', outcome);
    if (outcome !== 'applied') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    const end = (): void => {
      if (traceparent !== null) commits.delete(traceparent);
      span.end(offsetMs + endedAtMs);
    };
    const isTaken =
      outcome === 'applied' &&
      place !== null &&
      stages?.addCommit({ span, times: { beganAtMs, endedAtMs }, ...place, offsetMs, attributes, end });
    if (isTaken !== true) end();
  }
}

interface Place {
  readonly index: LogIndex;
  readonly term: Term;
}

interface BegunCommit {
  readonly span: Span;
  readonly traceparent: string | null;
  readonly beganAtMs: number;
  /** What its times are made of. */
  readonly offsetMs: number;
}

interface EndedCommit extends BegunCommit {
  readonly endedAtMs: number;
  readonly place: Place | null;
  readonly outcome: Outcome;
}

class OtelCommitSpan implements CommitSpan {
  readonly #begun: BegunCommit;
  readonly #ended: (commit: EndedCommit) => void;
  #place: Place | null = null;

  constructor(begun: BegunCommit, ended: (commit: EndedCommit) => void) {
    this.#begun = begun;
    this.#ended = ended;
  }

  get traceparent(): string | null {
    return this.#begun.traceparent;
  }

  appended(index: LogIndex, term: Term): void {
    this.#place = { index, term };
    setPlace(this.#begun.span, this.#place);
    this.#happened('appended');
  }

  committed(): void {
    this.#happened('committed');
  }

  end(outcome: Outcome): void {
    this.#ended({ ...this.#begun, endedAtMs: performance.now(), place: this.#place, outcome });
  }

  #happened(event: string): void {
    const { span, offsetMs } = this.#begun;
    if (span.isRecording()) span.addEvent(event, offsetMs + performance.now());
  }
}

function setPlace(span: Span, { index, term }: Place): void {
  span.setAttributes({ 'raft.index': index, 'raft.term': term });
}
