import { logs, SeverityNumber } from '@opentelemetry/api-logs';
import type { LogFields } from '@quorate/raft';

const severities = {
  info: { severityNumber: SeverityNumber.INFO, severityText: 'INFO' },
  warn: { severityNumber: SeverityNumber.WARN, severityText: 'WARN' },
  error: { severityNumber: SeverityNumber.ERROR, severityText: 'ERROR' },
} as const;

/** Hands a line of the log to OpenTelemetry, which sends it by OTLP if `OTEL_LOGS_EXPORTER` asks for that, and else does nothing with it. */
export function emitLine(level: keyof typeof severities, message: string, fields: LogFields): void {
  const attributes = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
  logs.getLogger('quorate').emit({ ...severities[level], timestamp: Date.now(), body: message, attributes });
}
