import { describe, expect, onTestFinished, test } from 'vitest';
import type { Bus, BusOptions, StartBus } from './bus.ts';
import { RawClient } from './raw-client.ts';

/** What a server does to clients that hang, with limits small enough for a test. */
export function describeLimits(start: StartBus): void {
  const startForTest = async (options: BusOptions): Promise<Bus> => {
    const bus = await start(options);
    onTestFinished(() => bus.stop());
    return bus;
  };
  const connected = async (bus: Bus, options?: Record<string, unknown>): Promise<RawClient> => {
    const client = await RawClient.connected(bus.port, options);
    onTestFinished(() => client.close());
    return client;
  };

  describe('limits', () => {
    test('max_payload is what INFO says, headers included', async () => {
      const bus = await startForTest({ maxPayloadBytes: 100 });
      const { client, info } = await RawClient.open(bus.port);
      client.close();
      expect(info.max_payload).toBe(100);
      const sender = await connected(bus, { headers: true });
      sender.send(`SUB a 1\r\nHPUB a 12 100\r\nNATS/1.0\r\n\r\n${'x'.repeat(88)}\r\n`);
      await sender.expect(`HMSG a 1 12 100\r\nNATS/1.0\r\n\r\n${'x'.repeat(88)}\r\n`);
      sender.send('HPUB a 12 101\r\n');
      await sender.expect("-ERR 'Maximum Payload Violation'\r\n");
      await sender.expectEnd();
    });

    test('a silent client is asked whether it is there, and stays as long as it answers', async () => {
      const bus = await startForTest({ pingIntervalMs: 200, maxPingsOut: 2 });
      const client = await connected(bus);
      for (let asked = 0; asked < 4; asked++) {
        await client.expect('PING\r\n');
        client.send('PONG\r\n');
      }
    });

    test('a client that does not answer is stale', async () => {
      const bus = await startForTest({ pingIntervalMs: 50, maxPingsOut: 2 });
      const client = await connected(bus);
      await client.expect('PING\r\nPING\r\n');
      await client.expect("-ERR 'Stale Connection'\r\n");
      await client.expectEnd();
    });

    test('a client that does not read is cut off, and nobody else suffers', async () => {
      const bus = await startForTest({ maxPendingBytes: 4 * 1024 * 1024 });
      const hanging = await connected(bus);
      hanging.send('SUB flood 1\r\n');
      await hanging.expectNothingMore();
      hanging.pauseReading();

      const publisher = await connected(bus, { headers: true, no_responders: true });
      publisher.send('SUB inbox 1\r\n');
      const flood = `PUB flood inbox 500000\r\n${'x'.repeat(500_000)}\r\nPING\r\n`;
      // What the sockets' own buffers hold is the operating system's affair: go on until nobody listens any more.
      let answer = '';
      while (!answer.includes('503')) {
        publisher.send(flood);
        answer = await publisher.readUntil('PONG\r\n');
      }
      publisher.send('SUB other 2\r\nPUB other 2\r\nhi\r\n');
      await publisher.expect('MSG other 2 2\r\nhi\r\n');
    });
  });
}
