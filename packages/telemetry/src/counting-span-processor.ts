import type { Context } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type Span,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace';
import type { Logger } from '@quorate/raft';
import type { QueueLength } from './metrics/queue-length.ts';
import type { SpanCounts } from './span-counts.ts';

/** So many spans wait for the exporter, at most; OpenTelemetry's own limit holds what a busy node makes in a fifth of a second. */
const defaultQueueSize = 16_384;
/** That the collector cannot be reached is told so often, at most. */
const tellEveryMs = 60_000;

/** What a processor of spans works with. */
export interface SpanExport {
  readonly exporter: SpanExporter;
  readonly environment: NodeJS.ProcessEnv;
  readonly counts: SpanCounts;
  readonly logger: Logger;
}

/** Exports spans in batches, as OpenTelemetry's own processor does, and counts what becomes of them: none is lost without a trace. */
export class CountingSpanProcessor implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #counts: SpanCounts;
  readonly #queueSize: number;
  #waiting = 0;

  constructor({ exporter, environment, counts, logger }: SpanExport) {
    this.#counts = counts;
    this.#queueSize = numberOf(environment.OTEL_BSP_MAX_QUEUE_SIZE) ?? defaultQueueSize;
    const watched = new WatchedExporter(exporter, logger, (count, isExported) => {
      this.#waiting -= count;
      counts[isExported ? 'exported' : 'failed'] += count;
    });
    this.#batches = new BatchSpanProcessor({
      exporter: watched,
      maxQueueSize: this.#queueSize,
      ...optional('scheduledDelayMillis', numberOf(environment.OTEL_BSP_SCHEDULE_DELAY)),
      ...optional('exportTimeoutMillis', numberOf(environment.OTEL_BSP_EXPORT_TIMEOUT)),
      ...optional('maxExportBatchSize', numberOf(environment.OTEL_BSP_MAX_EXPORT_BATCH_SIZE)),
    });
  }

  onStart(span: Span, context: Context): void {
    this.#batches.onStart(span, context);
  }

  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 0) return;
    if (this.#waiting >= this.#queueSize) {
      this.#counts.dropped += 1;
      return;
    }
    this.#waiting += 1;
    this.#batches.onEnd(span);
  }

  /** How many wait to be exported, those under way included. */
  get queue(): QueueLength {
    return { queue: 'spans', length: this.#waiting, limit: this.#queueSize };
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }
}

/** Says what became of each batch, and now and then that none gets through. */
class WatchedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #logger: Logger;
  readonly #over: (count: number, isExported: boolean) => void;
  #toldAtMs = Number.NEGATIVE_INFINITY;
  #lost = 0;

  constructor(exporter: SpanExporter, logger: Logger, over: (count: number, isExported: boolean) => void) {
    this.#exporter = exporter;
    this.#logger = logger;
    this.#over = over;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      const isExported = result.code === ExportResultCode.SUCCESS;
      this.#over(spans.length, isExported);
      if (!isExported) this.#failed(spans.length, result.error);
      onResult(result);
    });
  }

  async forceFlush(): Promise<void> {
    await this.#exporter.forceFlush?.();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #failed(count: number, error: Error | undefined): void {
    this.#lost += count;
    const nowMs = performance.now();
    if (nowMs - this.#toldAtMs < tellEveryMs) return;
    this.#toldAtMs = nowMs;
    this.#logger.warn('could not send traces', { spans: this.#lost, error: error?.message ?? 'unknown' });
    this.#lost = 0;
  }
}

function numberOf(text: string | undefined): number | null {
  const value = Number(text);
  return text !== undefined && text.trim() !== '' && Number.isFinite(value) && value >= 0 ? value : null;
}

const optional = <Name extends string>(name: Name, value: number | null): Partial<Record<Name, number>> =>
  value === null ? {} : ({ [name]: value } as Partial<Record<Name, number>>);
