import { once } from 'node:events';
import { createServer } from 'node:http';
import { buffer, json } from 'node:stream/consumers';
import { spansInProtobuf } from './otlp-protobuf.ts';

/** A span as it was exported. */
export interface ExportedSpan {
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** In milliseconds since the epoch. */
  readonly beginMs: number;
  readonly endMs: number;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Spans of other traces that belong to it. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  /** What happened meanwhile. */
  readonly events: readonly string[];
  /** The message of its status; null if it is no error. */
  readonly error: string | null;
}

/** A metric as it was exported. */
export interface ExportedMetric {
  readonly name: string;
  readonly unit: string;
  /** `sum`, `gauge` or `histogram`. */
  readonly kind: string;
  /** Of the resource. */
  readonly resource: Readonly<Record<string, unknown>>;
}

/** A line of a log as it was exported. */
export interface ExportedLine {
  readonly text: string;
  readonly severity: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Takes what OpenTelemetry exports by OTLP over HTTP, on loopback: traces in protobuf, metrics and logs in JSON. */
export interface OtlpReceiver {
  /** What a process is told so that it exports to this. */
  readonly environment: NodeJS.ProcessEnv;
  /** All spans so far. */
  readonly spans: readonly ExportedSpan[];
  /** All metrics so far, each as often as it was exported. */
  readonly metrics: readonly ExportedMetric[];
  /** All lines of logs so far. */
  readonly lines: readonly ExportedLine[];
  stop(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ExportedSpan[] = [];
  const metrics: ExportedMetric[] = [];
  const lines: ExportedLine[] = [];
  const server = createServer(async (request, response) => {
    try {
      if (request.url === '/v1/traces') spans.push(...spansInProtobuf(await buffer(request)));
      else if (request.url === '/v1/metrics') metrics.push(...metricsIn(await json(request)));
      else if (request.url === '/v1/logs') lines.push(...linesIn(await json(request)));
      else throw new Error(`nothing is expected at ${request.url}`);
      const type = request.headers['content-type'] ?? '';
      response.writeHead(200, { 'content-type': type }).end(type === 'application/json' ? '{}' : undefined);
    } catch (error) {
      response.writeHead(400).end(String(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    environment: {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${address.port}`,
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    spans,
    metrics,
    lines,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const linesIn = (request: unknown): readonly ExportedLine[] =>
  children(request, 'resourceLogs')
    .flatMap((resource) => children(resource, 'scopeLogs'))
    .flatMap((scope) => children(scope, 'logRecords'))
    .map((line) => ({
      text: String(plain(line.body)),
      severity: String(line.severityText),
      attributes: attributesOf(line),
    }));

const metricsIn = (request: unknown): readonly ExportedMetric[] =>
  children(request, 'resourceMetrics').flatMap((exported) =>
    children(exported, 'scopeMetrics')
      .flatMap((scope) => children(scope, 'metrics'))
      .map((metric) => ({
        name: String(metric.name),
        unit: String(metric.unit),
        kind: ['sum', 'gauge', 'histogram'].find((kind) => kind in metric) ?? 'none',
        resource: attributesOf(exported.resource),
      })),
  );

const attributesOf = (parent: unknown): Readonly<Record<string, unknown>> =>
  Object.fromEntries(children(parent, 'attributes').map(({ key, value }) => [String(key), plain(value)]));

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function children(parent: unknown, field: string): readonly Fields[] {
  const list = isObject(parent) ? parent[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** An attribute's value is an object with one field, named for its type. */
const plain = (value: unknown): unknown => (isObject(value) ? Object.values(value)[0] : undefined);
