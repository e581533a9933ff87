import type { HrTime, Tracer } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

/** A tracer, with what it exports: each span at once when it ends. */
export function tracerWithSpans(sampler?: Sampler): { readonly tracer: Tracer; readonly ended: () => ReadableSpan[] } {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor({ exporter })];
  const provider = new TracerProvider({ spanProcessors, ...(sampler === undefined ? {} : { sampler }) });
  return { tracer: provider.getTracer('test'), ended: () => exporter.getFinishedSpans() };
}

/** When it was, in milliseconds of a clock that is so much behind. */
export const timeOf = ([seconds, nanoseconds]: HrTime, offsetMs: number): number =>
  Math.round((seconds * 1e3 - offsetMs + nanoseconds / 1e6) * 10) / 10;

/** The name, begin and end of a span. */
export const rowOf = ({ name, startTime, endTime }: ReadableSpan, offsetMs: number): readonly unknown[] => [
  name,
  timeOf(startTime, offsetMs),
  timeOf(endTime, offsetMs),
];
