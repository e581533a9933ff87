import { RediallingConnection } from '@quorate/nats-connection';
import type { ConnectionOptions, NatsConnection } from 'nats';
import type { Clock } from './clock.ts';
import { Unavailable } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import { Link } from './link.ts';
import type { ConnectOptions } from './options.ts';
import { waitFor } from './wait.ts';

const defaultServer = 'nats://127.0.0.1:4222';

/** What bounds the attempt to connect. */
export interface OpeningLimits {
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  readonly timeoutMs: number;
}

/** Connects to NATS, or takes the connection that the caller has. @throws {Unavailable} */
export async function openLink(options: ConnectOptions, limits: OpeningLimits): Promise<Link> {
  return options.connection === undefined ? dial(natsOptions(options), limits) : adopt(options.connection, limits);
}

/** A connection of the SDK's own, which is dialled again whenever it breaks. */
async function dial(nats: ConnectionOptions & { readonly servers: string[] }, limits: OpeningLimits): Promise<Link> {
  let opened: (outcome: { readonly error: Error | null }) => void = () => {};
  const connection = new RediallingConnection(
    { nats, random: limits.clock.random },
    {
      connected: (connection) => {
        link.opened(connection);
        opened({ error: null });
      },
      disconnected: (error, epoch) => {
        if (epoch === null) opened({ error });
        else link.lost();
      },
    },
  );
  const link = new Link(() => connection.close());
  const where = nats.servers.map(withoutCredentials).join(', ');
  try {
    const outcome = await waitFor<{ readonly error: Error | null }>(limits, (settle) => {
      opened = settle;
      connection.start();
      return () => {};
    });
    if (outcome === null)
      throw new Unavailable(`cannot reach NATS at ${where}: no answer within ${limits.timeoutMs} ms`);
    if (outcome.error !== null) throw new Unavailable(`cannot reach NATS at ${where}: ${reasonOf(outcome.error)}`);
    return link;
  } catch (error) {
    void connection.close();
    throw error;
  }
}

/** Whatever of the caller's options is not about reconnecting. */
function natsOptions(options: ConnectOptions): ConnectionOptions & { readonly servers: string[] } {
  const { servers, port, waitOnFirstConnect: _, ...rest } = options.nats ?? {};
  const given = [options.servers ?? servers ?? (port === undefined ? defaultServer : `127.0.0.1:${port}`)].flat();
  return { ...rest, servers: given.length === 0 ? [defaultServer] : given };
}

/** A connection of the caller's, which reconnects by its own rules. */
async function adopt(connection: NatsConnection, limits: OpeningLimits): Promise<Link> {
  let closed = false;
  const link = new Link(async () => {
    closed = true;
  });
  // Before anything is awaited: no change may be missed.
  const changes = connection.status();
  const stands = await waitFor<boolean>(limits, (settle) => {
    // It says at once whether the connection stands, where everything else would wait until it does.
    connection.rtt().then(
      () => settle(true),
      () => settle(false),
    );
    return () => {};
  });
  if (stands !== true) throw new Unavailable('cannot reach NATS: the connection that was given does not stand');
  link.opened(connection);
  void connection.closed().then(() => link.lost('the NATS connection that was given is closed'));
  void (async () => {
    for await (const { type } of changes) {
      if (closed) return;
      if (type === 'disconnect') link.lost();
      if (type === 'reconnect') link.opened(connection);
    }
  })();
  return link;
}

const withoutCredentials = (url: string): string => url.replace(/^([a-z]+:\/\/)?[^@/]*@/i, '$1');

const reasons: ReadonlyMap<string, string> = new Map([
  ['CONNECTION_REFUSED', 'connection refused'],
  ['TIMEOUT', 'no answer in time'],
  ['AUTHORIZATION_VIOLATION', 'it refuses these credentials'],
]);

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return reasons.get(code) ?? error.message.replaceAll(/\s+/g, ' ');
}
