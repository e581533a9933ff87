import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { BrokerError } from './broker-error.ts';
import { type BrokerLimits, defaultBrokerLimits } from './broker-limits.ts';
import { Connection } from './connection.ts';
import type { DeliveryFaults } from './delivery-faults.ts';
import { FlushQueue } from './outbound.ts';
import { Router } from './router.ts';

/** What a broker is started with; limits that are not named are nats-server's defaults. */
export interface BrokerOptions extends Partial<BrokerLimits> {
  /** The port to listen on; 0, the default, takes a free one. */
  readonly port?: number;
  /** The loopback address to listen on, and nothing else: a broker asks nobody who they are. */
  readonly host?: '127.0.0.1' | '::1' | 'localhost';
  /** Loses, doubles and delays messages; without it every message arrives at once. */
  readonly faults?: DeliveryFaults;
}

/** A broker that listens. */
export interface Broker {
  /** Where clients connect. */
  readonly url: string;
  readonly port: number;
  /** Stops listening and ends all connections; resolves when the port is free. */
  close(): Promise<void>;
}

// The release of nats-server whose behaviour the broker has; clients look at it to know what a server can do.
const SPOKEN_VERSION = '2.9.10';

/**
 * Starts a broker on loopback that speaks NATS's client protocol. Rejects with a BrokerError: `PortInUse`, `NotLoopback`, or
 * `CannotListen` for any other reason that the operating system gives.
 */
export async function startBroker(options: BrokerOptions = {}): Promise<Broker> {
  const { port: wantedPort = 0, host: wantedHost = '127.0.0.1', faults = null, ...limitOptions } = options;
  const host = loopbackAddress(wantedHost);
  const limits: BrokerLimits = { ...defaultBrokerLimits, ...limitOptions };

  const serverId = randomUUID();
  const router = new Router(faults);
  const flushQueue = new FlushQueue();
  const connections = new Set<Connection>();
  let lastClientId = 0;

  const server = createServer((socket) => {
    lastClientId++;
    const info = {
      server_id: serverId,
      server_name: 'quorate-broker',
      version: SPOKEN_VERSION,
      proto: 1,
      host,
      port,
      headers: true,
      max_payload: limits.maxPayloadBytes,
      client_id: lastClientId,
      client_ip: socket.remoteAddress,
    };
    const connection = new Connection(socket, info, router, flushQueue, limits);
    connections.add(connection);
    socket.once('close', () => connections.delete(connection));
  });
  const port = await listen(server, host, wantedPort);

  const endAll = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    for (const connection of connections) connection.close();
    await closed;
  };
  let ending: Promise<void> | undefined;

  return {
    url: `nats://${host === '::1' ? '[::1]' : host}:${port}`,
    port,
    close() {
      ending ??= endAll();
      return ending;
    },
  };
}

function loopbackAddress(host: string): '127.0.0.1' | '::1' {
  switch (host) {
    case '::1':
      return '::1';
    case '127.0.0.1':
    // A name could be made to mean another address.
    case 'localhost':
      return '127.0.0.1';
    default:
      throw new BrokerError('NotLoopback', `the broker listens on loopback only, not on ${host}`);
  }
}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new BrokerError('PortInUse', `port ${port} on ${host} is in use`, { cause: error });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new BrokerError('CannotListen', `cannot listen on port ${port} of ${host}: ${reason}`, { cause: error });
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new BrokerError('CannotListen', 'the broker has no port');
  return address.port;
}
