import { trace } from '@opentelemetry/api';
import type { CommitSpan, CommitTracer } from '@quorate/raft';
import { contextOf, traceparentOf } from './traceparent.ts';

/** Records nothing, and hands a caller's sampled context on: whoever follows the stream of changes may trace, though this node does not. */
export const passingCommitTracer: CommitTracer = {
  start(parent) {
    const span = trace.getSpan(contextOf(parent));
    const traceparent = span === undefined ? null : traceparentOf(span);
    return traceparent === null ? null : passing(traceparent);
  },
};

const passing = (traceparent: string): CommitSpan => ({
  traceparent,
  appended: () => {},
  committed: () => {},
  end: () => {},
});
