import type { LogEntry } from '@quorate/raft';

/** A sampled context of tracing as W3C writes it: nothing else of an entry's fields counts as one. */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The trace that an entry belongs to; null if it was not traced. */
export function traceparentOf(entry: LogEntry): string | null {
  const trace = entry.fields?.traceparent;
  return typeof trace === 'string' && traceparentPattern.test(trace) ? trace : null;
}
