import {
  type Attributes,
  type Context,
  type Span,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { LogIndex, Rpc, RpcTracer } from '@quorate/raft';
import { epochNow } from './epoch-time.ts';
import type { StageSpans } from './stage-spans.ts';
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
  /** The last entry that it brings. */
  readonly lastIndex: LogIndex | null;
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

  /** Ends all of that key up to `sequence`; each is told before. */
  end(key: string, sequence: number, onEnd: (open: OpenSpan) => void = () => {}): void {
    const spans = this.#open.get(key) ?? [];
    for (let open = spans[0]; open !== undefined && open.sequence <= sequence; open = spans[0]) {
      onEnd(open);
      open.span.end(epochNow());
      spans.shift();
    }
  }

  #expire(spans: OpenSpan[], nowMs: number): void {
    while (spans[0] !== undefined && nowMs - spans[0].startedAtMs > unansweredMs) {
      const { span } = spans[0];
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' });
      span.end(epochNow());
      spans.shift();
    }
  }
}

/** Traces RPCs between nodes with OpenTelemetry: a client span at the asker, a server span at the asked, one trace. */
export class OtelRpcTracer implements RpcTracer {
  readonly #tracer: Tracer;
  readonly #identity: TracingIdentity;
  readonly #stages: StageSpans | null;
  readonly #asked = new OpenSpans();
  readonly #serving = new OpenSpans();

  constructor(tracer: Tracer, identity: TracingIdentity, stages: StageSpans | null) {
    this.#tracer = tracer;
    this.#identity = identity;
    this.#stages = stages;
  }

  requested(rpc: Rpc, parent: string | null): string | null {
    const span = this.#start(rpc, SpanKind.CLIENT, contextOf(parent));
    this.#asked.add(keyOf(rpc), openOf(rpc, span));
    return traceparentOf(span);
  }

  answered(rpc: Rpc): void {
    this.#asked.end(keyOf(rpc), rpc.sequence);
  }

  received(rpc: Rpc, parent: string | null): void {
    const span = this.#start(rpc, SpanKind.SERVER, contextOf(parent));
    this.#serving.add(keyOf(rpc), openOf(rpc, span));
  }

  replied(rpc: Rpc): void {
    this.#serving.end(keyOf(rpc), rpc.sequence, ({ span, lastIndex }) => {
      if (lastIndex !== null) this.#stages?.add(span, lastIndex, false, attributesOf(this.#identity));
    });
  }

  #start(rpc: Rpc, kind: SpanKind, parent: Context): Span {
    const attributes = {
      'rpc.system': 'quorate',
      'rpc.service': 'raft',
      'rpc.method': rpc.kind,
      'messaging.system': 'nats',
      ...attributesOf(this.#identity),
      'raft.peer': rpc.peer,
      'raft.sequence': rpc.sequence,
    };
    return this.#tracer.startSpan(`raft/${rpc.kind}`, { kind, attributes, startTime: epochNow() }, parent);
  }
}

const keyOf = (rpc: Rpc): string => `${rpc.peer}/${rpc.kind}`;

const openOf = ({ sequence, lastIndex }: Rpc, span: Span): OpenSpan => ({
  span,
  lastIndex: lastIndex ?? null,
  sequence,
  startedAtMs: performance.now(),
});

/** What every span bears. */
export const attributesOf = ({ cluster, group, node }: TracingIdentity): Attributes => ({
  'raft.cluster': cluster,
  'raft.group': group,
  'raft.node': node,
});

/** The tracer under which a node's spans stand. */
export const quorateTracer = (version: string): Tracer => trace.getTracer('quorate', version);
