import { type Span, SpanStatusCode } from '@opentelemetry/api';
import type { Rpc, RpcReply } from '@quorate/raft';

const unansweredMs = 5_000;

/** The span of an RPC that is under way. */
export interface OpenSpan {
  readonly span: Span;
  readonly rpc: Rpc;
  readonly beganAtMs: number;
  /** What its times are made of. */
  readonly offsetMs: number;
}

/** Spans of RPCs, open until a reply answers for them. What nobody answers ends with an error. */
export class OpenSpans {
  readonly #open = new Map<string, OpenSpan[]>();
  #timer: NodeJS.Timeout | null = null;

  /** An RPC has begun. */
  add(open: OpenSpan): void {
    const key = keyOf(open.rpc);
    const spans = this.#open.get(key);
    if (spans === undefined) this.#open.set(key, [open]);
    else spans.push(open);
    this.#timer ??= setTimeout(() => this.#expire(), unansweredMs).unref();
  }

  /** A reply answers for all before it as well, but not for entries that it does not say are on disk: a heartbeat is answered while they are on their way there. */
  end(reply: RpcReply, onEnd: (open: OpenSpan) => void = () => {}): void {
    const key = keyOf(reply);
    const spans = this.#open.get(key);
    if (spans === undefined) return;
    const endedAtMs = performance.now();
    const left = spans.filter((open) => {
      if (!isAnswered(open.rpc, reply)) return true;
      onEnd(open);
      open.span.end(open.offsetMs + endedAtMs);
      return false;
    });
    if (left.length === 0) this.#open.delete(key);
    else if (left.length < spans.length) this.#open.set(key, left);
  }

  /** Nobody will answer any more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#endUnanswered(Number.POSITIVE_INFINITY);
  }

  #expire(): void {
    this.#endUnanswered(performance.now() - unansweredMs);
    this.#timer = this.#open.size === 0 ? null : setTimeout(() => this.#expire(), unansweredMs).unref();
  }

  #endUnanswered(upToMs: number): void {
    const endedAtMs = performance.now();
    for (const [key, spans] of this.#open) {
      const left = spans.filter(({ span, beganAtMs, offsetMs }) => {
        if (beganAtMs > upToMs) return true;
        span.setStatus({ code: SpanStatusCode.ERROR, message: 'no answer' });
        span.end(offsetMs + endedAtMs);
        return false;
      });
      if (left.length === 0) this.#open.delete(key);
      else this.#open.set(key, left);
    }
  }
}

const keyOf = ({ peer, kind }: Rpc | RpcReply): string => `${peer}/${kind}`;

const isAnswered = ({ sequence, last }: Rpc, reply: RpcReply): boolean =>
  sequence <= reply.sequence && (last === null || reply.matchIndex === null || last.index <= reply.matchIndex);
