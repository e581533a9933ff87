import { TcpRelay } from '@quorate/local-machine';
import { onTestFinished } from 'vitest';
import type { NatsServer } from './nats-server.ts';

/** A road of its own to a nats-server for each node, by its id, that can be cut. They end with the running test. */
export async function ownRoads(nats: NatsServer, ids: readonly string[]): Promise<ReadonlyMap<string, TcpRelay>> {
  const roads = new Map<string, TcpRelay>();
  for (const id of ids) {
    const relay = await TcpRelay.start({ host: '127.0.0.1', port: nats.port });
    onTestFinished(() => relay.close());
    roads.set(id, relay);
  }
  return roads;
}
