import type { ExportedSpan } from './otlp-receiver.ts';

/** The clocks of processes on one machine are read apart, and OTLP's nanoseconds lose a little in a double. */
const clockGrainMs = 2;

/** Those that outlast what they are below: a leader's own flush, for the quorum did without it, and what a follower does when it hears that an entry is committed. */
const mayOutlast: ReadonlySet<string> = new Set(['raft/flush', 'raft/apply', 'raft/appendEntries']);

/** What is wrong with a trace: spans whose parent is not there, that begin before it, or that outlast it without reason. `callers` are spans of processes that export nothing. */
export function faultsOf(spans: readonly ExportedSpan[], callers: readonly string[] = []): readonly string[] {
  const known = new Map(spans.map((span) => [span.spanId, span]));
  return spans.flatMap((span) => {
    const parent = known.get(span.parentSpanId);
    const text = `${span.name} ${span.attributes['raft.node']} ${span.kind}`;
    if (span.endMs < span.beginMs) return [`${text} ends before it begins`];
    if (parent === undefined) {
      return span.parentSpanId === '' || callers.includes(span.parentSpanId) ? [] : [`${text} is an orphan`];
    }
    if (parent.traceId !== span.traceId) return [`${text} is in another trace than its parent`];
    if (span.beginMs < parent.beginMs - clockGrainMs)
      return [`${text} begins ${parent.beginMs - span.beginMs} ms before its parent`];
    if (span.endMs > parent.endMs + clockGrainMs && !mayOutlast.has(span.name))
      return [`${text} outlasts its parent by ${span.endMs - parent.endMs} ms`];
    return [];
  });
}

/** What a span says of where its time went, in milliseconds: those stages that follow one another from its begin to its end. */
export function stageSumMs({ attributes }: ExportedSpan): number {
  const stages = ['batch', 'append', 'quorum', 'apply_wait', 'apply', 'answer'];
  return stages.reduce((sum, stage) => sum + Number(attributes[`raft.stage.${stage}_ms`]), 0);
}

/** The spans that a span leads to: its own, and those that it is linked to. */
export const reachedFrom = (span: ExportedSpan, spans: readonly ExportedSpan[]): readonly ExportedSpan[] =>
  spans.filter(
    ({ spanId, parentSpanId }) => parentSpanId === span.spanId || span.links.some((link) => link.spanId === spanId),
  );

/** @throws {Error} naming what is wrong with a trace, if anything is */
export function checkWhole(spans: readonly ExportedSpan[], callers: readonly string[] = []): true {
  const faults = faultsOf(spans, callers);
  if (faults.length > 0) throw new Error(faults.join('; '));
  return true;
}
