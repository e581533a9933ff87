export { createLoggers, type LoggerOptions, type LogIdentity } from './logger.ts';
export { startTelemetry, type Telemetry } from './start-telemetry.ts';
export { OtelCommitTracer, OtelRpcTracer, quorateTracer, type TracingIdentity } from './tracing.ts';
