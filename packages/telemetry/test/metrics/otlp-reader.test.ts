import { expect, test } from 'vitest';
import { asksForOtlp } from '../../src/metrics/otlp-reader.ts';

test.each([
  [{ OTEL_METRICS_EXPORTER: 'otlp' }, true],
  [{ OTEL_METRICS_EXPORTER: 'console, otlp' }, true],
  [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318/v1/metrics' }, true],
  [{ OTEL_METRICS_EXPORTER: '', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318/v1/metrics' }, true],
  [{}, false],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
  [{ OTEL_METRICS_EXPORTER: 'none', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:4318' }, false],
  [{ OTEL_METRICS_EXPORTER: 'otlp', OTEL_SDK_DISABLED: 'true' }, false],
])('whether %j asks for metrics by OTLP: %s', (environment, asks) => {
  expect(asksForOtlp(environment)).toBe(asks);
});
