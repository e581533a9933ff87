import { createConnection, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionOptions, NatsConnection } from 'nats';
// A dial that nats.js gives up keeps its socket, and with it the process. Only the transport can reach that, and the
// package's own entrance has no way to set one: hence these two inner files, and a narrow version in package.json.
import { NatsConnectionImpl, setTransportFactory } from 'nats/lib/nats-base-client/internal_mod.js';
import { NodeTransport, nodeResolveHost } from 'nats/lib/src/node_transport.js';

/** nats.js hands what a connection is opened with to its transport, with whatever else stands there. */
interface DialOptions extends ConnectionOptions {
  readonly dialSignal: AbortSignal;
}

interface HostAndPort {
  readonly hostname: string;
  readonly port: number;
}

/**
 * Connects once. Of an attempt that fails, or that `signal` ends, no socket is left behind, whatever the server does; only a
 * look-up of a name cannot be ended, and ends by itself.
 * @throws {NatsError} if none of the servers can be connected to in time
 */
export async function dial(options: ConnectionOptions, signal: AbortSignal): Promise<NatsConnection> {
  signal.throwIfAborted();
  setTransportFactory({ factory: () => new EndingTransport(), dnsResolveFn: nodeResolveHost });
  const attempt = new AbortController();
  const end = (): void => attempt.abort();
  signal.addEventListener('abort', end);
  try {
    const dialOptions: DialOptions = { ...options, dialSignal: attempt.signal };
    return await NatsConnectionImpl.connect(dialOptions);
  } finally {
    // A connection that stands is not ended so: it may have something to write.
    signal.removeEventListener('abort', end);
  }
}

/** The transport of nats.js, which ends the socket of an attempt that is given up before it stood. */
class EndingTransport extends NodeTransport {
  #socket: Socket | null = null;

  override async connect(server: HostAndPort & { tlsName: string }, options: ConnectionOptions): Promise<void> {
    // Connections of others in this process may come to use this transport, and have no such signal.
    const signal = 'dialSignal' in options && options.dialSignal instanceof AbortSignal ? options.dialSignal : null;
    signal?.throwIfAborted();
    signal?.addEventListener('abort', () => this.#socket?.destroy(), { once: true });
    await super.connect(server, options);
  }

  override dial({ hostname, port }: HostAndPort): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = createConnection({ host: hostname, port, noDelay: true });
      this.#socket = socket;
      let failure: Error | undefined;
      socket.once('error', (error) => {
        failure = error;
      });
      socket.once('close', () => reject(failure));
      socket.once('connect', () => {
        // As nats.js has it: what comes next sets its own.
        socket.removeAllListeners();
        resolve(socket);
      });
    });
  }

  override async tlsFirst(server: HostAndPort): Promise<TLSSocket> {
    this.socket = await this.dial(server);
    return super.tlsFirst(server);
  }

  override async close(error?: Error): Promise<void> {
    if (!this.connected) this.#socket?.destroy();
    await super.close(error);
  }
}
