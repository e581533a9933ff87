import type { PeriodicExportingMetricReader, PushMetricExporter } from '@opentelemetry/sdk-metrics';

const defaultIntervalMs = 60_000;
const defaultTimeoutMs = 30_000;

/**
 * Whether the standard variables ask for metrics by OTLP: `OTEL_METRICS_EXPORTER` does, or names none, and `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT` is set.
 * `OTEL_EXPORTER_OTLP_ENDPOINT` alone does not: it is often that of a Jaeger, which takes no metrics.
 */
export function asksForOtlp(environment: NodeJS.ProcessEnv): boolean {
  if (environment.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const exporters = environment.OTEL_METRICS_EXPORTER?.split(',').map((name) => name.trim()) ?? [];
  if (exporters.some((name) => name !== '')) return exporters.includes('otlp');
  return (environment.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ?? '') !== '';
}

/** Exports by OTLP from time to time, as the standard variables say. */
export async function otlpReader(environment: NodeJS.ProcessEnv): Promise<PeriodicExportingMetricReader> {
  const sdk = await import('@opentelemetry/sdk-metrics');
  const exportIntervalMillis = milliseconds(environment.OTEL_METRIC_EXPORT_INTERVAL, defaultIntervalMs);
  const timeoutMs = milliseconds(environment.OTEL_METRIC_EXPORT_TIMEOUT, defaultTimeoutMs);
  return new sdk.PeriodicExportingMetricReader({
    exporter: await exporterFor(environment),
    exportIntervalMillis,
    // The reader refuses a longer one.
    exportTimeoutMillis: Math.min(timeoutMs, exportIntervalMillis),
  });
}

/** Loaded only when it is wanted, and no other than that one. */
async function exporterFor(environment: NodeJS.ProcessEnv): Promise<PushMetricExporter> {
  switch (environment.OTEL_EXPORTER_OTLP_METRICS_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-metrics-otlp-grpc')).OTLPMetricExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-metrics-otlp-http')).OTLPMetricExporter();
    default:
      return new (await import('@opentelemetry/exporter-metrics-otlp-proto')).OTLPMetricExporter();
  }
}

function milliseconds(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isFinite(value) && value > 0 ? value : otherwise;
}
