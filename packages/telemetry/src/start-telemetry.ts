import {
  type CommitTracer,
  type MemberTracer,
  type RoleObserver,
  type RpcTracer,
  type StageRecorder,
  silentPorts,
} from '@quorate/raft';
import { OtelMemberTracer } from './member-tracing.ts';
import { type Metrics, startMetrics } from './metrics/start-metrics.ts';
import { passingCommitTracer } from './passing-commit-tracer.ts';
import { SlowCommits } from './slow-commits.ts';
import { StageRings } from './stages/stage-rings.ts';
import { OtelRpcTracer, quorateTracer, type TracingIdentity } from './tracing.ts';

/** The tracers and meters of a node, and how to end them. */
export interface Telemetry {
  /** Null when nothing is exported. */
  readonly rpc: RpcTracer | null;
  readonly commit: CommitTracer;
  readonly members: MemberTracer;
  /** Null when nobody would see them. */
  readonly metrics: Metrics | null;
  /** Is told where the time of writes goes. */
  readonly recorder: StageRecorder;
  /** What is remembered of that; null if nothing is. */
  readonly stages: StageRings | null;
  readonly roles: RoleObserver;
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
}

type Tracing = Pick<Telemetry, 'rpc' | 'commit' | 'members' | 'stop'>;

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
  const metrics = await startMetrics({ identity, version, environment, asText, tracer, stages: remembering });
  return {
    ...tracing,
    commit: metrics?.commit ?? tracer,
    metrics,
    recorder: metrics?.stages ?? remembering,
    stages,
    roles: metrics?.roles ?? silentPorts.roles,
    stop: async () => {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
      const stopped = Promise.allSettled([tracing.stop(), metrics?.stop()]);
      await Promise.race([stopped, timeout]);
    },
  };
}

async function startTracing(
  { identity, version, environment, slowWriteMs }: TelemetryOptions,
  rings: StageRings | null,
): Promise<Tracing> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (endpoint === undefined || endpoint === '')
    return { rpc: null, commit: passingCommitTracer, members: silentPorts.memberTracer, stop: async () => {} };
  environment.OTEL_SERVICE_NAME ??= 'quorate';
  environment.OTEL_TRACES_EXPORTER ??= 'otlp';
  environment.OTEL_LOGS_EXPORTER ??= 'none';
  // Loaded only when it is wanted: it is most of a node's start-up time.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const { KeepingSampler, samplerOf } = await import('./keeping-sampler.ts');
  const { OtelCommitTracer } = await import('./commit-tracing.ts');
  const { StageSpans } = await import('./stage-spans.ts');
  // Metrics are read elsewhere, whether or not anything is traced.
  const sampler = new KeepingSampler(samplerOf(environment));
  const sdk = new NodeSDK({ instrumentations: [], metricReaders: [], sampler });
  sdk.start();
  const tracer = quorateTracer(version);
  const stageSpans = rings === null ? null : new StageSpans(tracer, rings);
  return {
    rpc: new OtelRpcTracer(tracer, identity, stageSpans),
    commit: new OtelCommitTracer({ tracer, identity, stages: stageSpans, slow: new SlowCommits(slowWriteMs) }),
    members: new OtelMemberTracer(tracer, identity),
    stop: () => {
      stageSpans?.stop();
      return sdk.shutdown();
    },
  };
}
