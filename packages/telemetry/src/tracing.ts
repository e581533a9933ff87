import { type Attributes, type Context, type Span, SpanKind, type Tracer, trace } from '@opentelemetry/api';
import type { Rpc, RpcReply, RpcTracer } from '@quorate/raft';
import type { EpochClock } from './epoch-clock.ts';
import type { OpenCommits } from './open-commits.ts';
import { OpenSpans } from './open-spans.ts';
import type { StageSpans } from './stage-spans.ts';
import { contextOf, traceparentOf } from './traceparent.ts';

/** Who the spans are of. */
export interface TracingIdentity {
  readonly cluster: string;
  readonly group: string;
  readonly node: string;
}

/** What a tracer of RPCs works with. */
export interface RpcTracing {
  readonly tracer: Tracer;
  readonly identity: TracingIdentity;
  readonly epoch: EpochClock;
  readonly commits: OpenCommits;
  /** What votes are asked for: the context of the campaign that is under way. */
  readonly campaign: { readonly traceparent: string | null };
  /** Null if no stages are remembered. */
  readonly stages: StageSpans | null;
  /** Which part of the heartbeats is looked at, from 0 to 1; the sampling is asked about those. */
  readonly heartbeatRatio: number;
}

/** Traces RPCs between nodes with OpenTelemetry: a client span at the asker, a server span at the asked, one trace. */
export class OtelRpcTracer implements RpcTracer {
  readonly #tracing: RpcTracing;
  readonly #attributes: Attributes;
  readonly #asked = new OpenSpans();
  readonly #serving = new OpenSpans();
  #heartbeats = 0;

  constructor(tracing: RpcTracing) {
    this.#tracing = tracing;
    this.#attributes = attributesOf(tracing.identity);
  }

  requested(rpc: Rpc, causes: readonly string[]): string | null {
    const [first = this.#causeOf(rpc), ...others] = causes;
    if (first === null && isHeartbeat(rpc) && !this.#isLookedAt()) return null;
    const span = this.#start(rpc, SpanKind.CLIENT, contextOf(first), this.#asked);
    if (others.length > 0) this.#tracing.commits.link(span, others);
    return traceparentOf(span);
  }

  answered(reply: RpcReply): void {
    this.#asked.end(reply);
  }

  received(rpc: Rpc, parent: string | null): void {
    const context = contextOf(parent);
    // Whoever asks has decided whether it is sampled: a span of this end alone would say little.
    if (trace.getSpanContext(context) !== undefined) this.#start(rpc, SpanKind.SERVER, context, this.#serving);
  }

  replied(reply: RpcReply): void {
    const { stages } = this.#tracing;
    this.#serving.end(reply, ({ span, rpc: { last }, beganAtMs, offsetMs }) => {
      if (last === null || reply.matchIndex === null) return;
      stages?.addAppend({ span, last, beganAtMs, offsetMs, attributes: this.#attributes });
    });
  }

  /** Ends what is open. */
  stop(): void {
    this.#asked.stop();
    this.#serving.stop();
  }

  #start(rpc: Rpc, kind: SpanKind, parent: Context, open: OpenSpans): Span {
    const { tracer, epoch } = this.#tracing;
    const attributes = {
      'rpc.system': 'quorate',
      'rpc.service': 'raft',
      'rpc.method': rpc.kind,
      'messaging.system': 'nats',
      ...this.#attributes,
      'raft.peer': rpc.peer,
      'raft.sequence': rpc.sequence,
    };
    const [beganAtMs, offsetMs] = [performance.now(), epoch.offsetMs()];
    const span = tracer.startSpan(`raft/${rpc.kind}`, { kind, attributes, startTime: offsetMs + beganAtMs }, parent);
    if (span.isRecording()) open.add({ span, rpc, beganAtMs, offsetMs });
    return span;
  }

  #causeOf({ kind }: Rpc): string | null {
    return kind === 'requestVote' || kind === 'requestPreVote' ? this.#tracing.campaign.traceparent : null;
  }

  /** One of so many. */
  #isLookedAt(): boolean {
    const { heartbeatRatio } = this.#tracing;
    const before = Math.floor(this.#heartbeats * heartbeatRatio);
    this.#heartbeats += 1;
    return Math.floor(this.#heartbeats * heartbeatRatio) > before;
  }
}

const isHeartbeat = ({ kind, last }: Rpc): boolean => kind === 'appendEntries' && last === null;

/** What every span bears. */
export const attributesOf = ({ cluster, group, node }: TracingIdentity): Attributes => ({
  'raft.cluster': cluster,
  'raft.group': group,
  'raft.node': node,
});

/** The tracer under which a node's spans stand. */
export const quorateTracer = (version: string): Tracer => trace.getTracer('quorate', version);
