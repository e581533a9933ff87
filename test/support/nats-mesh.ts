import { TcpRelay } from '@quorate/local-machine';
import { onTestFinished } from 'vitest';
import { eventually } from './eventually.ts';
import { type NatsServer, startNatsServer } from './nats-server.ts';

/** Nobody listens there: servers that tell each other of it find no way around a route that is torn down. */
const nowhere = '127.0.0.1:1';

/** nats-servers that form one NATS cluster, each joined to each by a route that can be torn down. They end with the running test. */
export class NatsMesh {
  readonly servers: readonly NatsServer[];
  readonly #routes: ReadonlyMap<string, TcpRelay>;

  private constructor(servers: readonly NatsServer[], routes: ReadonlyMap<string, TcpRelay>) {
    this.servers = servers;
    this.#routes = routes;
  }

  /** Starts so many, and resolves when all routes are there. */
  static async start(size: number): Promise<NatsMesh> {
    const servers: NatsServer[] = [];
    const routes = new Map<string, TcpRelay>();
    for (let place = 0; place < size; place += 1) {
      const toOthers: string[] = [];
      for (const [other, server] of servers.entries()) {
        const relay = await TcpRelay.start({ host: '127.0.0.1', port: await routePortOf(server) });
        onTestFinished(() => relay.close());
        routes.set(`${other}-${place}`, relay);
        toOthers.push(`nats-route://127.0.0.1:${relay.port}`);
      }
      const server = await startNatsServer({ config: configOf(toOthers) });
      onTestFinished(() => server.stop());
      servers.push(server);
      await eventually(`the routes of server ${place}`, async () =>
        (server.log().match(/Route connection created/g) ?? []).length >= toOthers.length ? true : null,
      );
    }
    return new NatsMesh(servers, routes);
  }

  /** The route between two of the servers, by their places. */
  route(one: number, other: number): TcpRelay {
    const relay = this.#routes.get(`${Math.min(one, other)}-${Math.max(one, other)}`);
    if (relay === undefined) throw new Error(`there is no route between server ${one} and server ${other}`);
    return relay;
  }
}

const configOf = (routes: readonly string[]): string =>
  [
    'cluster {',
    '  name: mesh',
    '  listen: "127.0.0.1:-1"',
    `  advertise: "${nowhere}"`,
    `  routes: [${routes.map((route) => `"${route}"`).join(', ')}]`,
    '}',
  ].join('\n');

/** The server says where it takes routes a moment after it takes clients. */
async function routePortOf(server: NatsServer): Promise<number> {
  const port = await eventually('the server takes routes', async () => {
    const [, said] = /Listening for route connections on .*:(\d+)/.exec(server.log()) ?? [];
    return said ?? null;
  });
  return Number(port);
}
