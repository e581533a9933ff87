import { type Context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CommitSpan, CommitTracer, LogIndex, Rpc, RpcTracer, Term } from '@quorate/raft';
import { contextOf, traceparentOf } from './traceparent.ts';

/** Who the spans are of. */
export interface TracingIdentity {
  readonly cluster: string;
  readonly group: string;
  readonly node: string;
}

const unansweredMs = 5_000;

interface OpenSpan {
  readonly span: Span;
  readonly sequence: number;
  readonly startedAtMs: number;
}

/** Spans of RPCs, open until a reply answers for them. */
class OpenSpans {
  readonly #open = new Map<string, OpenSpan[]>();

  add(key: string, open: OpenSpan): void {
    const spans = this.#open.get(key) ?? [];
    this.#open.set(key, spans);
    this.#expire(spans, open.startedAtMs);
    spans.push(open);
  }

  /** Ends all of that key up to `sequence`. */
  end(key: string, sequence: number): void {
    const spans = this.#open.get(key) ?? [];
    while (spans[0] !== undefined && spans[0].sequence <= sequence) spans.shift()?.span.end();
  }

  #expire(spans: OpenSpan[], nowMs: number): void {
    while (spans[0] !== undefined && nowMs - spans[0].startedAtMs > unansweredMs) {
      const { span } = spans[0];
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' });
      span.end();
      spans.shift();
    }
  }
}

/** Traces RPCs between nodes with OpenTelemetry: a client span at the asker, a server span at the asked, one trace. */
export class OtelRpcTracer implements RpcTracer {
  readonly #tracer: Tracer;
  readonly #identity: TracingIdentity;
  readonly #asked = new OpenSpans();
  readonly #serving = new OpenSpans();

  constructor(tracer: Tracer, identity: TracingIdentity) {
    this.#tracer = tracer;
    this.#identity = identity;
  }

  requested(rpc: Rpc, parent: string | null): string | null {
    const span = this.#start(rpc, SpanKind.CLIENT, contextOf(parent));
    this.#asked.add(keyOf(rpc), { span, sequence: rpc.sequence, startedAtMs: performance.now() });
    return traceparentOf(span);
  }

  answered(rpc: Rpc): void {
    this.#asked.end(keyOf(rpc), rpc.sequence);
  }

  received(rpc: Rpc, parent: string | null): void {
    const span = this.#start(rpc, SpanKind.SERVER, contextOf(parent));
    this.#serving.add(keyOf(rpc), { span, sequence: rpc.sequence, startedAtMs: performance.now() });
  }

  replied(rpc: Rpc): void {
    this.#serving.end(keyOf(rpc), rpc.sequence);
  }

  #start(rpc: Rpc, kind: SpanKind, parent: Context): Span {
    const attributes = {
      'rpc.system': 'quorate',
      'rpc.service': 'raft',
      'rpc.method': rpc.kind,
      'messaging.system': 'nats',
      'raft.cluster': this.#identity.cluster,
      'raft.group': this.#identity.group,
      'raft.node': this.#identity.node,
      'raft.peer': rpc.peer,
      'raft.sequence': rpc.sequence,
    };
    return this.#tracer.startSpan(`raft/${rpc.kind}`, { kind, attributes }, parent);
  }
}

const keyOf = (rpc: Rpc): string => `${rpc.peer}/${rpc.kind}`;

/** Traces commits with OpenTelemetry: one span from the proposal to the answer, in the caller's trace. */
export class OtelCommitTracer implements CommitTracer {
  readonly #tracer: Tracer;
  readonly #identity: TracingIdentity;

  constructor(tracer: Tracer, identity: TracingIdentity) {
    this.#tracer = tracer;
    this.#identity = identity;
  }

  start(parent: string | null): CommitSpan {
    const { cluster, group, node } = this.#identity;
    const attributes = { 'raft.cluster': cluster, 'raft.group': group, 'raft.node': node };
    const span = this.#tracer.startSpan('raft/commit', { kind: SpanKind.INTERNAL, attributes }, contextOf(parent));
    return {
      traceparent: traceparentOf(span),
      appended: (index: LogIndex, term: Term) => {
        span.setAttributes({ 'raft.index': index, 'raft.term': term });
        span.addEvent('appended');
      },
      committed: () => {
        span.addEvent('committed');
      },
      end: (outcome) => {
        span.setAttribute('raft.outcome', outcome);
        if (outcome !== 'applied') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        span.end();
      },
    };
  }
}

/** The tracer under which a node's spans stand. */
export const quorateTracer = (version: string): Tracer => trace.getTracer('quorate', version);
