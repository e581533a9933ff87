import { type Span, SpanKind, SpanStatusCode, type Tracer } from '@opentelemetry/api';
import type { MemberTracer, PeerStageChange, RemovalSpan } from '@quorate/raft';
import type { TracingIdentity } from './tracing.ts';

/** Traces with OpenTelemetry what a leader sees of its peers, and does about it: each change of a stage that matters, and each removal, is a trace of its own. */
export class OtelMemberTracer implements MemberTracer {
  readonly #tracer: Tracer;
  readonly #identity: TracingIdentity;

  constructor(tracer: Tracer, identity: TracingIdentity) {
    this.#tracer = tracer;
    this.#identity = identity;
  }

  stageChanged({ peer, stage, silentMs }: PeerStageChange): void {
    const span = this.#start('raft/stageChanged', peer, silentMs);
    span.setAttribute('raft.stage', stage);
    span.end();
  }

  removing({ peer, silentMs }: { readonly peer: string; readonly silentMs: number }): RemovalSpan {
    const span = this.#start('raft/autoRemove', peer, silentMs);
    return {
      end: (outcome) => {
        span.setAttribute('raft.outcome', outcome);
        if (outcome !== 'committed') span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
        span.end();
      },
    };
  }

  #start(name: string, peer: string, silentMs: number): Span {
    const { cluster, group, node } = this.#identity;
    const attributes = {
      'raft.cluster': cluster,
      'raft.group': group,
      'raft.node': node,
      'raft.peer': peer,
      'raft.silent_ms': silentMs,
    };
    return this.#tracer.startSpan(name, { kind: SpanKind.INTERNAL, attributes, root: true });
  }
}
