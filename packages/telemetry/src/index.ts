export { createLoggers, type LoggerOptions, type LogIdentity } from './logger.ts';
export { declarations } from './metrics/declarations.ts';
export { type Metric, prometheusName } from './metrics/metric.ts';
export { MetricReadings, type MetricSource } from './metrics/metric-readings.ts';
export type { RequestMeter } from './metrics/request-meter.ts';
export type { Metrics } from './metrics/start-metrics.ts';
export { StageRings } from './stages/stage-rings.ts';
export { startTelemetry, type Telemetry, type TelemetryOptions } from './start-telemetry.ts';
export { OtelRpcTracer, quorateTracer, type TracingIdentity } from './tracing.ts';
