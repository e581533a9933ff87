import { trace } from '@opentelemetry/api';
import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { type LogFields, silentPorts } from '@quorate/raft';
import { afterEach, expect, test, vi } from 'vitest';
import { CountingSpanProcessor } from '../src/counting-span-processor.ts';
import { noSpans } from '../src/span-counts.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A processor with room for eight spans, before an exporter that answers when it is told to. */
function start() {
  vi.useFakeTimers();
  const waiting: ((result: ExportResult) => void)[] = [];
  const exporter = {
    export: (_: unknown, onResult: (result: ExportResult) => void) => void waiting.push(onResult),
    shutdown: async () => {},
  };
  const counts = noSpans();
  const told: (LogFields | undefined)[] = [];
  const logger = { ...silentPorts.logger, warn: (_: string, fields?: LogFields) => void told.push(fields) };
  const environment = {
    OTEL_BSP_MAX_QUEUE_SIZE: '8',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
    OTEL_BSP_SCHEDULE_DELAY: '50',
  };
  const processor = new CountingSpanProcessor({ exporter, environment, counts, logger });
  const provider = new TracerProvider({ sampler: new AlwaysOnSampler(), spanProcessors: [processor] });
  const end = (count: number): void => {
    for (let at = 0; at < count; at += 1) provider.getTracer('test').startSpan('one').end();
  };
  /** The exporter is done with what it has. */
  const answer = async (result: ExportResult): Promise<void> => {
    for (const one of waiting.splice(0)) one(result);
    await vi.advanceTimersByTimeAsync(100);
  };
  return { counts, told, end, answer, processor };
}

const success = { code: ExportResultCode.SUCCESS };
const failure = { code: ExportResultCode.FAILED, error: new Error('connect ECONNREFUSED') };

test('what is exported is counted, and what there was no room for', async () => {
  const { counts, end, answer, processor } = start();
  end(11);
  expect(processor.queue).toEqual({ queue: 'spans', length: 8, limit: 8 });
  expect(counts).toMatchObject({ exported: 0, failed: 0, dropped: 3 });
  await answer(success);
  await answer(success);
  expect(counts).toMatchObject({ exported: 8, failed: 0, dropped: 3 });
  expect(processor.queue.length).toBe(0);
  end(8);
  expect(counts.dropped).toBe(3);
});

test('a collector that cannot be reached costs a counter, and a line a minute', async () => {
  const { counts, told, end, answer } = start();
  for (let times = 0; times < 5; times += 1) {
    end(4);
    await answer(failure);
  }
  expect(counts).toMatchObject({ exported: 0, failed: 20, dropped: 0 });
  expect(told).toEqual([{ spans: 4, error: 'connect ECONNREFUSED' }]);
  await vi.advanceTimersByTimeAsync(60_000);
  end(4);
  await answer(failure);
  expect(told.at(-1)).toEqual({ spans: 20, error: 'connect ECONNREFUSED' });
});

test('what is not sampled is not counted', () => {
  const { counts, processor } = start();
  for (let times = 0; times < 20; times += 1)
    processor.onEnd(trace.wrapSpanContext({ traceId: '', spanId: '', traceFlags: 0 }) as never);
  expect(counts).toEqual(noSpans());
});
