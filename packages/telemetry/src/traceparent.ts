import { type Context, ROOT_CONTEXT, type Span, TraceFlags, trace } from '@opentelemetry/api';

const pattern = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** The context that a W3C `traceparent` names; without one, or with a broken one, a context of no span. */
export function contextOf(traceparent: string | null): Context {
  const [, traceId, spanId, flags] = traceparent === null ? [] : (pattern.exec(traceparent) ?? []);
  if (traceId === undefined || spanId === undefined || flags === undefined) return ROOT_CONTEXT;
  const traceFlags = Number.parseInt(flags, 16) & TraceFlags.SAMPLED;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** A span as a W3C `traceparent`; null if it is not sampled, as then nobody needs to hear of it. */
export function traceparentOf(span: Span): string | null {
  const { traceId, spanId, traceFlags } = span.spanContext();
  if ((traceFlags & TraceFlags.SAMPLED) === 0) return null;
  return `00-${traceId}-${spanId}-01`;
}
