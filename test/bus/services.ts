import {
  connect,
  type NatsConnection,
  RequestStrategy,
  type ServiceIdentity,
  type ServiceInfo,
  type ServiceStats,
} from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, StartBus } from './bus.ts';

/** The NATS services convention, with two instances of a service on two connections. */
export function describeServices(start: StartBus): void {
  describe('services', () => {
    let bus: Bus;
    let clients: NatsConnection[] = [];
    let asker: NatsConnection;

    beforeAll(async () => {
      bus = await start();
      asker = await connect({ servers: bus.url });
      clients = await Promise.all([connect({ servers: bus.url }), connect({ servers: bus.url })]);
      for (const [index, client] of clients.entries()) {
        const service = await client.services.add({
          name: 'counter',
          version: '1.2.3',
          metadata: { node: `n${index}` },
        });
        const group = service.addGroup('api');
        group.addEndpoint('who', { handler: (_error, message) => void message.respond(`n${index}`) });
        group.addEndpoint('fail', {
          handler: (_error, message) => void message.respondError(409, 'conflict', Buffer.from('body')),
        });
        await client.flush();
      }
    });
    afterAll(async () => {
      for (const client of [...clients, asker]) await client?.close();
      await bus?.stop();
    });

    /** Asks all instances, and is done when both have answered. */
    const everyInstance = () =>
      asker.services.client({ strategy: RequestStrategy.Count, maxMessages: 2, maxWait: 10_000 });

    async function gather<T>(iterator: Promise<AsyncIterable<T>>): Promise<T[]> {
      const found: T[] = [];
      for await (const item of await iterator) found.push(item);
      return found;
    }

    test('discovery finds every instance: PING, INFO, STATS', async () => {
      const discovery = everyInstance();
      const pings: ServiceIdentity[] = await gather(discovery.ping('counter'));
      expect(pings.map((ping) => [ping.name, ping.version, ping.metadata?.node]).sort()).toEqual([
        ['counter', '1.2.3', 'n0'],
        ['counter', '1.2.3', 'n1'],
      ]);
      const [first] = pings;
      const infos: ServiceInfo[] = await gather(discovery.info('counter'));
      expect(infos.map((info) => info.endpoints.map((endpoint) => endpoint.subject))).toEqual([
        ['api.who', 'api.fail'],
        ['api.who', 'api.fail'],
      ]);
      const one = await asker.request(`$SRV.INFO.counter.${first?.id}`, '', { timeout: 10_000 });
      expect(one.json<ServiceInfo>().id).toBe(first?.id);
      const stats: ServiceStats[] = await gather(discovery.stats('counter'));
      expect(stats.map((stat) => stat.endpoints?.length)).toEqual([2, 2]);
    });

    test('requests are shared among the instances, and counted', async () => {
      const answers = new Set<string>();
      const before = await totalRequests();
      for (let asked = 0; asked < 200; asked++) {
        answers.add((await asker.request('api.who', '', { timeout: 10_000 })).string());
      }
      expect([...answers].sort()).toEqual(['n0', 'n1']);
      expect((await totalRequests()) - before).toBe(200);
    });

    test('an error travels in headers', async () => {
      const answer = await asker.request('api.fail', '', { timeout: 10_000 });
      expect(answer.headers?.get('Nats-Service-Error-Code')).toBe('409');
      expect(answer.headers?.get('Nats-Service-Error')).toBe('conflict');
      expect(answer.string()).toBe('body');
    });

    async function totalRequests(): Promise<number> {
      const stats = await gather(everyInstance().stats('counter'));
      return stats.flatMap((stat) => stat.endpoints ?? []).reduce((sum, endpoint) => sum + endpoint.num_requests, 0);
    }
  });
}
