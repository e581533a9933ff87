import { type CommitTracer, type MemberTracer, type RpcTracer, silentPorts } from '@quorate/raft';
import { OtelMemberTracer } from './member-tracing.ts';
import { passingCommitTracer } from './passing-commit-tracer.ts';
import { OtelCommitTracer, OtelRpcTracer, quorateTracer, type TracingIdentity } from './tracing.ts';

/** The tracers of a node, and how to end them. */
export interface Telemetry {
  /** Null when nothing is exported. */
  readonly rpc: RpcTracer | null;
  readonly commit: CommitTracer;
  readonly members: MemberTracer;
  /** Sends what is left. Does not throw, and does not wait for an exporter that hangs. */
  stop(): Promise<void>;
}

const stopWithinMs = 1_000;

/**
 * Starts OpenTelemetry if an OTLP endpoint is set in the environment (`OTEL_EXPORTER_OTLP_ENDPOINT` or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`); all else is set by the standard OTEL_ variables.
 */
export async function startTelemetry(
  identity: TracingIdentity,
  version: string,
  environment: NodeJS.ProcessEnv,
): Promise<Telemetry> {
  const endpoint = environment.OTEL_EXPORTER_OTLP_ENDPOINT ?? environment.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT;
  if (endpoint === undefined || endpoint === '')
    return { rpc: null, commit: passingCommitTracer, members: silentPorts.memberTracer, stop: async () => {} };
  environment.OTEL_SERVICE_NAME ??= 'quorate';
  environment.OTEL_TRACES_EXPORTER ??= 'otlp';
  environment.OTEL_METRICS_EXPORTER ??= 'none';
  environment.OTEL_LOGS_EXPORTER ??= 'none';
  // Loaded only when it is wanted: it is most of a node's start-up time.
  const { NodeSDK } = await import('@opentelemetry/sdk-node');
  const sdk = new NodeSDK({ instrumentations: [] });
  sdk.start();
  const tracer = quorateTracer(version);
  return {
    rpc: new OtelRpcTracer(tracer, identity),
    commit: new OtelCommitTracer(tracer, identity),
    members: new OtelMemberTracer(tracer, identity),
    stop: async () => {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, stopWithinMs).unref());
      await Promise.race([sdk.shutdown().catch(() => {}), timeout]);
    },
  };
}
