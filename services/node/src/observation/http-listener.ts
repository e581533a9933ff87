import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidSetting } from '../settings.ts';
import type { NodeObservation } from './node-observation.ts';
import { reasonsNotReady, reasonUnhealthy } from './readiness.ts';

/** What a listener is made from. */
export interface HttpListenerOptions {
  readonly host: string;
  /** 0 for a free one. */
  readonly port: number;
  /** How the node stands; null while it starts. */
  readonly observe: () => Promise<NodeObservation | null>;
  /** The metrics as text for Prometheus. */
  readonly metricsText: () => Promise<string>;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Whoever looks on are few, and ask for little: more would be somebody's mistake. */
const maxConnections = 64;
const requestTimeoutMs = 5_000;

const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8';

/** Shows people and programs how the node is: `/metrics`, `/healthz` and `/readyz`, by HTTP. Nothing can be changed here, and no key or value seen. */
export class HttpListener {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws {InvalidSetting} if it cannot listen there */
  static async start(options: HttpListenerOptions): Promise<HttpListener> {
    const { host, port } = options;
    if (host === '') throw new InvalidSetting('the HTTP host is empty: that would be every address of the machine');
    const server = createServer(
      { requestTimeout: requestTimeoutMs, headersTimeout: requestTimeoutMs },
      (request, response) => void serve(options, request, response),
    );
    server.maxConnections = maxConnections;
    try {
      server.listen({ host, port });
      await once(server, 'listening');
    } catch (error) {
      throw new InvalidSetting(`cannot listen for HTTP on ${host}, port ${port}: ${codeOf(error)}`);
    }
    // Out of descriptors, say: whoever asked is not answered, and the node goes on.
    server.on('error', () => {});
    return new HttpListener(server);
  }

  /** Where it listens, without a path. */
  get url(): string {
    const { address, family, port } = addressOf(this.#server);
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  /** Listens no more; whoever is being answered is cut off. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

/** Nothing may be thrown here: it would end the process. */
async function serve(options: HttpListenerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, contentType, body } = await answerTo(options, request).catch((error: unknown) =>
    plain(503, `cannot tell: ${String(error)}`),
  );
  if (status === 405) response.setHeader('allow', 'GET, HEAD');
  const length = Buffer.byteLength(body);
  response.writeHead(status, { 'content-type': contentType, 'content-length': length, 'cache-control': 'no-store' });
  // Node.js leaves it out where HEAD was asked.
  response.end(body);
}

async function answerTo(options: HttpListenerOptions, { method, url = '' }: IncomingMessage): Promise<Answer> {
  const path = url.split('?', 1)[0];
  if (path !== '/metrics' && path !== '/healthz' && path !== '/readyz') {
    return plain(404, 'there are /metrics, /healthz and /readyz');
  }
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'GET is all there is');
  if (path === '/metrics') {
    return { status: 200, contentType: metricsContentType, body: await options.metricsText() };
  }
  const observation = await options.observe();
  if (path === '/healthz') {
    const reason = reasonUnhealthy(observation);
    return reason === null ? plain(200, 'healthy') : plain(503, `not healthy: ${reason}`);
  }
  const reasons = reasonsNotReady(observation);
  return reasons.length === 0 ? plain(200, 'ready') : plain(503, ...reasons.map((reason) => `not ready: ${reason}`));
}

const plain = (status: number, ...lines: readonly string[]): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${lines.join('\n')}\n`,
});

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the HTTP listener has no address');
  return address;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);
