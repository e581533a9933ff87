import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

/** A span as it was exported. */
export interface ExportedSpan {
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

/** Takes what OpenTelemetry exports by OTLP over HTTP in JSON, on loopback. */
export interface OtlpReceiver {
  /** What a process is told so that it exports to this. */
  readonly environment: NodeJS.ProcessEnv;
  /** All spans so far. */
  readonly spans: readonly ExportedSpan[];
  stop(): Promise<void>;
}

/** Starts a receiver on a free port. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ExportedSpan[] = [];
  const server = createServer(async (request, response) => {
    try {
      if (request.url !== '/v1/traces') throw new Error(`nothing is expected at ${request.url}`);
      spans.push(...spansIn(await json(request)));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
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
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
      OTEL_BSP_SCHEDULE_DELAY: '50',
    },
    spans,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const spansIn = (request: unknown): readonly ExportedSpan[] =>
  children(request, 'resourceSpans')
    .flatMap((resource) => children(resource, 'scopeSpans'))
    .flatMap((scope) => children(scope, 'spans'))
    .map((span) => ({
      name: String(span.name),
      kind: Number(span.kind),
      traceId: String(span.traceId),
      spanId: String(span.spanId),
      parentSpanId: String(span.parentSpanId ?? ''),
      attributes: Object.fromEntries(children(span, 'attributes').map(({ key, value }) => [String(key), plain(value)])),
    }));

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

function children(parent: unknown, field: string): readonly Fields[] {
  const list = isObject(parent) ? parent[field] : undefined;
  return Array.isArray(list) ? list.filter(isObject) : [];
}

/** An attribute's value is an object with one field, named for its type. */
const plain = (value: unknown): unknown => (isObject(value) ? Object.values(value)[0] : undefined);
