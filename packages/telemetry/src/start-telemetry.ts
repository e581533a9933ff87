import {
  type CommitTracer,
  type Logger,
  type MemberTracer,
  type ReadTracer,
  type RoleObserver,
  type RpcTracer,
  type StageRecorder,
  silentPorts,
} from '@quorate/raft';
import type { CountingSpanProcessor } from './counting-span-processor.ts';
import { EpochClock } from './epoch-clock.ts';
import { OtelMemberTracer } from './member-tracing.ts';
import type { QueueLength } from './metrics/queue-length.ts';
import { type Metrics, startMetrics } from './metrics/start-metrics.ts';
import { OpenCommits } from './open-commits.ts';
import { passingCommitTracer } from './passing-commit-tracer.ts';
import type { AskPeer } from './peer-parts.ts';
import { SlowCommits } from './slow-commits.ts';
import { noSpans, type SpanCounts } from './span-counts.ts';
import { StageRings } from './stages/stage-rings.ts';
import { OtelRpcTracer, quorateTracer, type TracingIdentity } from './tracing.ts';

/** The tracers and meters of a node, and how to end them. */
export interface Telemetry {
  /** Null when nothing is exported. */
  readonly rpc: RpcTracer | null;
  readonly commit: CommitTracer;
  readonly reads: ReadTracer;
  readonly members: MemberTracer;
  /** Whether lines of the log are to be handed to OpenTelemetry as well: `OTEL_LOGS_EXPORTER` is set, and not to `none`. */
  readonly logsAsOtlp: boolean;
  /** Null when nobody would see them. */
  readonly metrics: Metrics | null;
  /** Is told where the time of writes goes. */
  readonly recorder: StageRecorder;
  /** What is remembered of that; null if nothing is. */
  readonly stages: StageRings | null;
  readonly roles: RoleObserver;
  /** How peers are asked from now on, for the traces of writes that were slow. */
  askPeersBy(ask: AskPeer): void;
  /** Sends what is left. Does not throw, and does not wait for an exporter that hangs. */
  stop(): Promise<void>;
}

/** Whom telemetry is of, and who sees it. */
export interface TelemetryOptions {
  readonly identity: TracingIdentity;
  /** Of Quorate. */
  readonly version: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Whether the metrics are to be had as text for Prometheus. */
  readonly metricsAsText: boolean;
  /** Of how many writes it is remembered where their time went. */
  readonly rememberedWrites: number;
  /** A write that takes longer is traced though it is not sampled; null: one that takes ten times as long as is usual. */
  readonly slowWriteMs: number | null;
  /** Which part of the heartbeats the sampling is asked about, from 0 to 1. */
  readonly tracedHeartbeats: number;
  /** Where it is told that nothing can be exported. */
  readonly logger: Logger;
}

type Traced = 'rpc' | 'commit' | 'reads' | 'roles' | 'members' | 'askPeersBy' | 'logsAsOtlp' | 'stop';

interface Tracing extends Pick<Telemetry, Traced> {
  /** Null when nothing is exported. */
  readonly spans: SpanCounts | null;
  readonly queues: () => readonly QueueLength[];
}

const stopWithinMs = 1_000;

/**
 * Starts OpenTelemetry if an OTLP endpoint is set in the environment: traces with `OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, metrics if they are asked for; all else is set by the standard OTEL_ variables.
 */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { identity, version, environment, metricsAsText: asText, rememberedWrites } = options;
  const stages = rememberedWrites === 0 ? null : new StageRings(rememberedWrites);
  const tracing = await startTracing(options, stages);
  const remembering = stages ?? silentPorts.stages;
  const { commit: tracer } = tracing;
  const { spans, queues } = tracing;
  const shared = { identity, version, environment, asText, tracer, spans, queues };
  const metrics = await startMetrics({ ...shared, stages: remembering });
  return {
    ...tracing,
    commit: metrics?.commit ?? tracer,
    metrics,
    recorder: metrics?.stages ?? remembering,
    stages,
    roles: bothOf(tracing.roles, metrics?.roles ?? silentPorts.roles),
    stop: async () => {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
      const stopped = Promise.allSettled([tracing.stop(), metrics?.stop()]);
      await Promise.race([stopped, timeout]);
    },
  };
}

async function startTracing(options: TelemetryOptions, rings: StageRings | null): Promise<Tracing> {
  const { identity, version, environment, slowWriteMs, tracedHeartbeats: heartbeatRatio, logger } = options;
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (endpoint === undefined || endpoint === '') return untraced;
  environment.OTEL_SERVICE_NAME ??= 'quorate';
  environment.OTEL_TRACES_EXPORTER ??= 'otlp';
  environment.OTEL_LOGS_EXPORTER ??= 'none';
  // Loaded only when it is wanted: it is most of a node's start-up time.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { KeepingSampler, samplerOf } = await import('./keeping-sampler.ts');
  const { CampaignTracer } = await import('./campaign-tracing.ts');
  const { OtelCommitTracer } = await import('./commit-tracing.ts');
  const { OtelReadTracer } = await import('./read-tracing.ts');
  const { StageSpans } = await import('./stage-spans.ts');
  const spans = noSpans();
  const processors = await spanProcessors(environment, spans, logger);
  // Metrics are read elsewhere, whether or not anything is traced.
  const sampler = new KeepingSampler(samplerOf(environment));
  const sdk = new NodeSDK({ instrumentations: [], metricReaders: [], sampler, ...processors });
  sdk.start();
  const tracer = quorateTracer(version);
  const stages = rings === null ? null : new StageSpans(tracer, rings, spans);
  const shared = { tracer, identity, epoch: new EpochClock(), commits: new OpenCommits(), stages };
  const campaign = new CampaignTracer(shared);
  const rpc = new OtelRpcTracer({ ...shared, campaign, heartbeatRatio });
  return {
    rpc,
    commit: new OtelCommitTracer({ ...shared, slow: new SlowCommits(slowWriteMs) }),
    reads: new OtelReadTracer(shared),
    roles: campaign,
    members: new OtelMemberTracer(tracer, identity),
    askPeersBy: (ask) => stages?.askPeersBy(ask),
    logsAsOtlp: environment.OTEL_LOGS_EXPORTER !== 'none',
    spans,
    queues: () =>
      [...(processors.spanProcessors ?? []), ...(stages === null ? [] : [stages])].map(({ queue }) => queue),
    stop: () => {
      campaign.stop();
      rpc.stop();
      stages?.stop();
      return sdk.shutdown();
    },
  };
}

const untraced: Tracing = {
  rpc: null,
  commit: passingCommitTracer,
  reads: silentPorts.readTracer,
  roles: silentPorts.roles,
  members: silentPorts.memberTracer,
  askPeersBy: () => {},
  logsAsOtlp: false,
  spans: null,
  queues: () => [],
  stop: async () => {},
};

/** Tells both. */
const bothOf = (one: RoleObserver, other: RoleObserver): RoleObserver => ({
  took(role) {
    one.took(role);
    other.took(role);
  },
  campaigns(reason) {
    one.campaigns(reason);
    other.campaigns(reason);
  },
});

/** Those that count, where spans go out by OTLP alone; what else the standard variables can name is OpenTelemetry's own affair. */
async function spanProcessors(
  environment: NodeJS.ProcessEnv,
  counts: SpanCounts,
  logger: Logger,
): Promise<{ readonly spanProcessors?: CountingSpanProcessor[] }> {
  if (environment.OTEL_TRACES_EXPORTER !== 'otlp') return {};
  const { CountingSpanProcessor } = await import('./counting-span-processor.ts');
  const { otlpSpanExporter } = await import('./otlp-span-exporter.ts');
  const exporter = await otlpSpanExporter(environment);
  return { spanProcessors: [new CountingSpanProcessor({ exporter, environment, counts, logger })] };
}
