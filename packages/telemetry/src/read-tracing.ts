import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { ReadConsistency, ReadIndexSource, ReadSpan, ReadTracer } from '@quorate/raft';
import type { EpochClock } from './epoch-clock.ts';
import { KeepBudget } from './keep-budget.ts';
import { keptAttribute } from './keeping-sampler.ts';
import { contextOf, traceparentOf } from './traceparent.ts';
import { attributesOf, type TracingIdentity } from './tracing.ts';

/** What a tracer of reads works with. */
export interface ReadTracing {
  readonly tracer: Tracer;
  readonly identity: TracingIdentity;
  readonly epoch: EpochClock;
}

/** Traces reads with OpenTelemetry: one span from the gateway's receipt to its answer, in the caller's trace, with what it waited for below it. What failed is kept though it is not sampled. */
export class OtelReadTracer implements ReadTracer {
  readonly #tracing: ReadTracing;
  readonly #attributes: Attributes;
  readonly #budget = new KeepBudget();

  constructor(tracing: ReadTracing) {
    this.#tracing = tracing;
    this.#attributes = attributesOf(tracing.identity);
  }

  start(consistency: ReadConsistency, parent: string | null): ReadSpan {
    const context = contextOf(parent);
    const times = { beganAtMs: performance.now(), offsetMs: this.#tracing.epoch.offsetMs() };
    const attributes = { ...this.#attributes, 'raft.consistency': consistency };
    const span = this.#start('raft/read', times.offsetMs + times.beganAtMs, context, attributes);
    return new OtelReadSpan(span, times, (read) => this.#ended(read, context, attributes));
  }

  #start(name: string, startTime: number, context: Context, attributes: Attributes): Span {
    return this.#tracing.tracer.startSpan(name, { startTime, attributes }, context);
  }

  #ended(read: EndedRead, context: Context, given: Attributes): void {
    const { beganAtMs, offsetMs, endedAtMs, outcome, index, queriedAtMs } = read;
    let { span } = read;
    let attributes = given;
    if (!span.isRecording()) {
      if (outcome === 'ok' || !this.#budget.take(endedAtMs)) return;
      attributes = { ...given, [keptAttribute]: 'error' };
      span = this.#start('raft/read', offsetMs + beganAtMs, context, attributes);
    }
    const below = trace.setSpan(ROOT_CONTEXT, span);
    const part = (stage: string, fromMs: number, toMs: number, more: Attributes = {}): void => {
      span.setAttribute(`raft.stage.${stage}_ms`, Math.round((toMs - fromMs) * 1_000) / 1_000);
      this.#start(`raft/${stage}`, offsetMs + fromMs, below, { ...attributes, ...more }).end(offsetMs + toMs);
    };
    const source = index === null ? {} : { 'raft.index_source': index.source };
    span.setAttributes({ 'raft.outcome': outcome, ...source });
    if (outcome !== 'ok') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
    part('index', beganAtMs, queriedAtMs ?? endedAtMs, source);
    if (queriedAtMs !== null) part('query', queriedAtMs, endedAtMs);
    span.end(offsetMs + endedAtMs);
  }
}

interface ReadTimes {
  readonly beganAtMs: number;
  /** What its times are made of. */
  readonly offsetMs: number;
}

interface EndedRead extends ReadTimes {
  readonly span: Span;
  readonly endedAtMs: number;
  readonly outcome: string;
  readonly index: { readonly source: ReadIndexSource } | null;
  /** When the applier was asked; null if it was not. */
  readonly queriedAtMs: number | null;
}

class OtelReadSpan implements ReadSpan {
  readonly traceparent: string | null;
  readonly #span: Span;
  readonly #times: ReadTimes;
  readonly #ended: (read: EndedRead) => void;
  #index: EndedRead['index'] = null;
  #queriedAtMs: number | null = null;

  constructor(span: Span, times: ReadTimes, ended: (read: EndedRead) => void) {
    this.#span = span;
    this.#times = times;
    this.#ended = ended;
    this.traceparent = traceparentOf(span);
  }

  indexKnown(source: ReadIndexSource): void {
    this.#index ??= { source };
  }

  queried(): void {
    this.#queriedAtMs ??= performance.now();
  }

  end(outcome: string): void {
    const endedAtMs = performance.now();
    const known = { index: this.#index, queriedAtMs: this.#queriedAtMs };
    this.#ended({ ...this.#times, ...known, span: this.#span, endedAtMs, outcome });
  }
}
