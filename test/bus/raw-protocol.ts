import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Bus, StartBus } from './bus.ts';
import { conversations } from './conversations.ts';
import { RawClient } from './raw-client.ts';

/** What the protocol says, byte for byte, to clients that speak it well, oddly or not at all. */
export function describeRawProtocol(start: StartBus): void {
  describe('byte for byte', () => {
    let bus: Bus;
    const open = async (): Promise<RawClient> => keep((await RawClient.open(bus.port)).client);
    const connected = async (options?: Record<string, unknown>): Promise<RawClient> =>
      keep(await RawClient.connected(bus.port, options));
    const keep = (client: RawClient): RawClient => {
      onTestFinished(() => client.close());
      return client;
    };

    beforeAll(async () => {
      bus = await start();
    });
    afterAll(async () => {
      await bus?.stop();
    });

    test('INFO says what a client needs', async () => {
      const { client, info } = await RawClient.open(bus.port);
      keep(client);
      expect(info).toMatchObject({ proto: 1, headers: true, max_payload: 1_048_576, port: bus.port });
      expect(typeof info.server_id).toBe('string');
      expect(typeof info.client_id).toBe('number');
      expect(info.version).toMatch(/^\d+\.\d+\.\d+/);
    });

    for (const [topic, list] of Object.entries(conversations)) {
      describe(topic, () => {
        test.each(list)('$title', async ({ sent, answered, ends }) => {
          const client = await open();
          client.send(sent);
          await client.expect(answered);
          if (ends) await client.expectEnd();
          else await client.expectNothingMore();
        });
      });
    }

    describe('split reads', () => {
      const sent =
        'CONNECT {"verbose":false,"headers":true,"no_responders":true}\r\n' +
        'SUB a.* 1\r\nsub  r q 22\r\nPUB a.b r 5\r\nhe\r\no\r\nHPUB a.c 12 14\r\nNATS/1.0\r\n\r\nhi\r\n' +
        'PUB a.d 0\r\n\r\nUNSUB 1\r\nPUB a.e 1\r\nx\r\nSUB s 3\nPUB n s 0\r\n\r\nPONG\r\nPING\r\n';
      const answered =
        'MSG a.b 1 r 5\r\nhe\r\no\r\nHMSG a.c 1 12 14\r\nNATS/1.0\r\n\r\nhi\r\nMSG a.d 1 0\r\n\r\n' +
        'HMSG s 3 16 16\r\nNATS/1.0 503\r\n\r\n\r\nPONG\r\n';

      test('at every byte', async () => {
        for (let at = 1; at < sent.length; at++) {
          const client = await open();
          client.send(sent.slice(0, at));
          await nextTurn();
          client.send(sent.slice(at));
          await client.expect(answered);
          client.close();
        }
      });

      test('byte by byte', async () => {
        const client = await open();
        for (const byte of sent) {
          client.send(byte);
          await nextTurn();
        }
        await client.expect(answered);
      });

      test('a long line in pieces is still too long', async () => {
        const client = await connected();
        client.send('SUB ');
        // The 41st piece is the one too many. What came after it, unread, would make TCP throw away the answer (RFC 2525 §2.17).
        for (let piece = 0; piece < 41; piece++) {
          client.send('x'.repeat(100));
          await nextTurn();
        }
        await client.expect("-ERR 'maximum control line exceeded'\r\n");
        await client.expectEnd();
      });
    });

    describe('two clients', () => {
      test('every subscription that fits gets a copy under its own id', async () => {
        const publisher = await connected();
        const ids = ['1', '22', 'three'];
        for (const [index, subject] of ['fan.b', 'fan.*', 'fan.>'].entries()) {
          const subscriber = await connected();
          const id = ids[index];
          subscriber.send(`SUB ${subject} ${id}\r\n`);
          await subscriber.expectNothingMore();
          publisher.send('PUB fan.b r 1\r\nx\r\n');
          await subscriber.expect(`MSG fan.b ${id} r 1\r\nx\r\n`);
          await subscriber.expectNothingMore();
          subscriber.close();
        }
      });

      test('a subscriber without headers gets the message without them', async () => {
        const subscriber = await connected();
        subscriber.send('SUB plain.* 1\r\n');
        await subscriber.expectNothingMore();
        const publisher = await connected({ headers: true });
        publisher.send('HPUB plain.a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nHPUB plain.b 12 12\r\nNATS/1.0\r\n\r\n\r\n');
        publisher.send(`HPUB plain.c 12 100012\r\nNATS/1.0\r\n\r\n${'x'.repeat(100_000)}\r\n`);
        await subscriber.expect('MSG plain.a 1 r 2\r\nhi\r\nMSG plain.b 1 0\r\n\r\n');
        await subscriber.expect(`MSG plain.c 1 100000\r\n${'x'.repeat(100_000)}\r\n`);
        await subscriber.expectNothingMore();
      });

      test('members of one queue group by different subjects share a message', async () => {
        const members = await connected();
        members.send('SUB shared.a q 1\r\nUNSUB 1 1\r\nSUB shared.* q 2\r\nUNSUB 2 1\r\n');
        await members.expectNothingMore();
        const publisher = await connected({ headers: true, no_responders: true });
        publisher.send(`SUB inbox 9\r\n${'PUB shared.a inbox 0\r\n\r\n'.repeat(3)}`);
        // Two messages use up both members, one each: only the third finds nobody.
        await publisher.expect('HMSG inbox 9 16 16\r\nNATS/1.0 503\r\n\r\n\r\n');
        await publisher.expectNothingMore();
      });

      test('a queue group passes over its member that wants no echo', async () => {
        const member = await connected();
        member.send('SUB passed q 1\r\n');
        await member.expectNothingMore();
        const publisher = await connected({ echo: false });
        publisher.send(`SUB passed q 2\r\n${'PUB passed 0\r\n\r\n'.repeat(20)}`);
        await publisher.expectNothingMore();
        await member.expect('MSG passed 1 0\r\n\r\n'.repeat(20));
        await member.expectNothingMore();
      });

      test('the status 503 goes to the asker alone', async () => {
        const eavesdropper = await connected({ headers: true });
        eavesdropper.send('SUB answers.> 1\r\n');
        await eavesdropper.expectNothingMore();
        const asker = await connected({ headers: true, no_responders: true });
        asker.send('SUB answers.mine 2\r\nPUB nobody answers.mine 0\r\n\r\n');
        await asker.expect('HMSG answers.mine 2 16 16\r\nNATS/1.0 503\r\n\r\n\r\n');
        await asker.expectNothingMore();
        await eavesdropper.expectNothingMore();
      });

      test('a client that goes takes its subscriptions along', async () => {
        const responder = await connected();
        responder.send('SUB service 1\r\n');
        await responder.expectNothingMore();
        const asker = await connected({ headers: true, no_responders: true });
        asker.send('SUB inbox 1\r\nPUB service inbox 0\r\n\r\n');
        await asker.expectNothingMore();
        responder.close();
        let answer = '';
        while (!answer.includes('503')) {
          asker.send('PUB service inbox 0\r\n\r\nPING\r\n');
          answer = await asker.readUntil('PONG\r\n');
        }
      });
    });
  });
}
