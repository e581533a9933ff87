import type { SpanExporter } from '@opentelemetry/sdk-trace';

/** Exports by OTLP, in the protocol that the standard variables name; no other is loaded. */
export async function otlpSpanExporter(environment: NodeJS.ProcessEnv): Promise<SpanExporter> {
  switch (environment.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? environment.OTEL_EXPORTER_OTLP_PROTOCOL) {
    case 'grpc':
      return new (await import('@opentelemetry/exporter-trace-otlp-grpc')).OTLPTraceExporter();
    case 'http/json':
      return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
    default:
      return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
  }
}
