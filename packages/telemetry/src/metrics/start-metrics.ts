import type { CommitTracer, StageRecorder } from '@quorate/raft';
import type { SpanCounts } from '../span-counts.ts';
import type { TracingIdentity } from '../tracing.ts';
import { declarations } from './declarations.ts';
import { LogMeter } from './log-meter.ts';
import { MeteredCommitTracer } from './metered-commit-tracer.ts';
import type { MetricReadings, MetricSource } from './metric-readings.ts';
import { asksForOtlp, otlpReader } from './otlp-reader.ts';
import { ProcessMeter } from './process-meter.ts';
import { type QueueLength, readQueues } from './queue-length.ts';
import { RequestMeter } from './request-meter.ts';
import { RoleMeter } from './role-meter.ts';
import { StageMeter } from './stage-meter.ts';

/** What metrics are started with. */
export interface MetricsOptions {
  readonly identity: TracingIdentity;
  /** Of Quorate. */
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether they are to be had as text for Prometheus. */
  readonly asText: boolean;
  /** Traces the commits that are counted. */
  readonly tracer: CommitTracer;
  /** Remembers the stages that are timed. */
  readonly stages: StageRecorder;
  /** What becomes of spans; null if there are none. */
  readonly spans: SpanCounts | null;
  /** What waits to be traced. */
  readonly queues: () => readonly QueueLength[];
}

/** The metrics of a node. They outlive a repair, after which the node starts again in the same process. */
export interface Metrics {
  readonly requests: RequestMeter;
  readonly commit: MeteredCommitTracer;
  readonly log: LogMeter;
  readonly stages: StageMeter;
  readonly roles: RoleMeter;
  /** Asks `source` too, each time that metrics are read. */
  add(source: MetricSource): void;
  /** The text for Prometheus as of now; empty unless it was asked for. */
  text(): Promise<string>;
  /** Sends what is left, and measures no more. */
  stop(): Promise<void>;
}

/** Starts to count; null if nobody would see it. */
export async function startMetrics(options: MetricsOptions): Promise<Metrics | null> {
  const { identity, version, environment, asText } = options;
  const asOtlp = asksForOtlp(environment);
  if (!asText && !asOtlp) return null;
  // Loaded only when it is wanted: a node has to start quickly.
  const { ReadingsProducer } = await import('./readings-producer.ts');
  const { resourceOf } = await import('./resource.ts');
  const { PrometheusText } = await import('./prometheus-text.ts');

  const producer = new ReadingsProducer({ resource: resourceOf(identity, version), version });
  const meters = {
    requests: new RequestMeter(),
    commit: new MeteredCommitTracer(options.tracer),
    log: new LogMeter(),
    stages: new StageMeter(options.stages),
    roles: new RoleMeter(),
    process: new ProcessMeter(),
  };
  for (const meter of Object.values(meters)) producer.add((readings) => meter.read(readings));
  producer.add((readings) => readings.set(declarations.buildInfo, { version }, 1));
  const { spans } = options;
  if (spans !== null) producer.add((readings) => readSpans(spans, readings));
  producer.add((readings) => readQueues(options.queues(), readings));
  const prometheus = asText ? new PrometheusText(producer, identity) : null;
  const otlp = asOtlp ? await otlpReader(environment) : null;
  otlp?.setMetricProducer(producer);
  return {
    requests: meters.requests,
    commit: meters.commit,
    log: meters.log,
    stages: meters.stages,
    roles: meters.roles,
    add: (source) => producer.add(source),
    text: async () => (await prometheus?.read()) ?? '',
    stop: async () => {
      meters.process.stop();
      await otlp?.shutdown();
    },
  };
}

function readSpans({ withoutStages, ...outcomes }: SpanCounts, readings: MetricReadings): void {
  for (const [outcome, count] of Object.entries(outcomes)) readings.set(declarations.spans, { outcome }, count);
  readings.set(declarations.spansWithoutStages, {}, withoutStages);
}
