import { randomBytes } from 'node:crypto';
import { connect, createInbox, Empty, ErrorCode, headers, type Msg, type NatsConnection, NatsError } from 'nats';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Bus, StartBus } from './bus.ts';

/** What the `nats` package promises its users, of whatever it is connected to. */
export function describeClientBehaviour(start: StartBus): void {
  describe('the nats package', () => {
    let bus: Bus;
    let one: NatsConnection;
    let two: NatsConnection;

    beforeAll(async () => {
      bus = await start();
      one = await connect({ servers: bus.url });
      two = await connect({ servers: bus.url });
    });
    afterAll(async () => {
      await one?.close();
      await two?.close();
      await bus?.stop();
    });

    /** Subscribes `nc` and returns the subscription once the server knows of it. */
    async function collect(nc: NatsConnection, subject: string, queue?: string): Promise<Msg[]> {
      const messages: Msg[] = [];
      const options = queue === undefined ? {} : { queue };
      nc.subscribe(subject, { ...options, callback: (_error, message) => void messages.push(message) });
      await nc.flush();
      return messages;
    }

    /** Waits until all that `one` has published has reached both clients. */
    async function settled(): Promise<void> {
      await one.flush();
      await two.flush();
    }

    test('publish reaches every subscriber, the publisher too', async () => {
      const mine = await collect(one, 'greeting');
      const theirs = await collect(two, 'greeting');
      one.publish('greeting', 'hello');
      one.publish('greeting');
      await settled();
      for (const messages of [mine, theirs]) {
        expect(messages.map((message) => message.string())).toEqual(['hello', '']);
        expect(messages[0]?.subject).toBe('greeting');
        expect(messages[0]?.reply).toBe('');
      }
    });

    test.each([
      { pattern: 'w.*', matches: ['w.a'], misses: ['w', 'w.a.b', 'x.a'] },
      { pattern: 'w.>', matches: ['w.a', 'w.a.b', 'w.a.b.c'], misses: ['w', 'x.a'] },
      { pattern: '*.w.*', matches: ['a.w.b'], misses: ['a.w', 'w.w', 'a.b.w', 'a.w.b.c'] },
      { pattern: 'w.*.>', matches: ['w.a.b', 'w.a.b.c'], misses: ['w.a', 'w'] },
      { pattern: 'W.a', matches: ['W.a'], misses: ['w.a', 'W.A'] },
      { pattern: '*.*', matches: ['w.a', 'a.b'], misses: ['w', 'a.b.c'] },
    ])('$pattern hears what it matches', async ({ pattern, matches, misses }) => {
      const messages = await collect(two, `wild.${pattern}`);
      for (const subject of [...misses, ...matches, ...misses]) one.publish(`wild.${subject}`);
      await settled();
      expect(messages.map((message) => message.subject)).toEqual(matches.map((subject) => `wild.${subject}`));
    });

    test('a queue group shares messages, beside a subscriber of its own', async () => {
      const members = [
        await collect(one, 'jobs', 'g'),
        await collect(two, 'jobs', 'g'),
        await collect(two, 'jobs.>', 'g'),
      ];
      const others = await collect(two, 'jobs', 'other');
      const everything = await collect(two, 'jobs');
      for (let job = 0; job < 300; job++) one.publish('jobs', String(job));
      await settled();

      const numbers = (messages: readonly Msg[]) => messages.map((message) => Number(message.string()));
      const all = Array.from({ length: 300 }, (_, job) => job);
      expect(numbers(everything)).toEqual(all);
      expect(numbers(others)).toEqual(all);
      expect(numbers(members.flat()).sort((a, b) => a - b)).toEqual(all);
      // A fair coin that falls the same way 300 times is no coin.
      expect(members.map((messages) => messages.length > 0)).toEqual([true, true, false]);
    });

    test('request and reply, many at once', async () => {
      two.subscribe('double', {
        callback: (_error, message) => void message.respond(String(2 * Number(message.string()))),
      });
      await two.flush();
      const replies = await Promise.all(
        Array.from({ length: 200 }, (_, number) => one.request('double', String(number), { timeout: 10_000 })),
      );
      expect(replies.map((reply) => Number(reply.string()))).toEqual(replies.map((_, number) => 2 * number));
      const alone = await one.request('double', '21', { noMux: true, timeout: 10_000 });
      expect(alone.string()).toBe('42');
    });

    test('headers and a status arrive as they were sent', async () => {
      const messages = await collect(two, 'with.headers');
      const sent = headers(404, 'Not Found');
      sent.append('Key', 'one');
      sent.append('Key', 'two');
      sent.set('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
      one.publish('with.headers', 'body', { headers: sent, reply: 'answer.here' });
      one.publish('with.headers', Empty, { headers: headers() });
      await settled();
      const [message, empty] = messages;
      expect(message?.headers?.code).toBe(404);
      expect(message?.headers?.description).toBe('Not Found');
      expect(message?.headers?.values('Key')).toEqual(['one', 'two']);
      expect(message?.headers?.get('traceparent')).toBe('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01');
      expect(message?.reply).toBe('answer.here');
      expect(message?.string()).toBe('body');
      expect(empty?.data.length).toBe(0);
    });

    test('a request that nobody hears fails at once with 503', async () => {
      const refused = (promise: Promise<unknown>) =>
        expect(promise).rejects.toMatchObject({ code: ErrorCode.NoResponders });
      await refused(one.request('nobody.there', 'x', { timeout: 30_000 }));
      await refused(one.request('nobody.there', 'x', { timeout: 30_000, noMux: true }));

      const responder = two.subscribe('somebody', { callback: (_error, message) => void message.respond('here') });
      await two.flush();
      expect((await one.request('somebody', '', { timeout: 30_000 })).string()).toBe('here');
      responder.unsubscribe();
      await two.flush();
      await refused(one.request('somebody', '', { timeout: 30_000 }));
    });

    test('the status 503 reaches a plain subscription to the reply subject', async () => {
      const inbox = createInbox();
      const answers = await collect(one, inbox);
      one.publish('nobody.there', 'x', { reply: inbox });
      one.publish('nobody.there', 'x');
      await settled();
      expect(answers.map((answer) => [answer.subject, answer.headers?.code, answer.data.length])).toEqual([
        [inbox, 503, 0],
      ]);
    });

    test('a subscription with a maximum ends by itself', async () => {
      const seen: string[] = [];
      const subscription = two.subscribe('limited', { max: 3 });
      await two.flush();
      for (let number = 0; number < 10; number++) one.publish('limited', String(number));
      for await (const message of subscription) seen.push(message.string());
      expect(seen).toEqual(['0', '1', '2']);
      await expect(one.request('limited', '')).rejects.toMatchObject({ code: ErrorCode.NoResponders });
    });

    test('nothing comes after unsubscribe', async () => {
      const messages: Msg[] = [];
      const subscription = two.subscribe('left', { callback: (_error, message) => void messages.push(message) });
      await two.flush();
      one.publish('left', 'before');
      await settled();
      subscription.unsubscribe();
      await two.flush();
      one.publish('left', 'after');
      await settled();
      expect(messages.map((message) => message.string())).toEqual(['before']);
    });

    test('max_payload: the limit itself passes, one byte more throws', async () => {
      const limit = one.info?.max_payload ?? 0;
      expect(limit).toBe(1_048_576);
      const messages = await collect(two, 'large');
      const payload = randomBytes(limit);
      one.publish('large', payload);
      await settled();
      expect(messages.map((message) => payload.equals(message.data))).toEqual([true]);
      expect(() => one.publish('large', new Uint8Array(limit + 1))).toThrow(NatsError);
      const some = headers();
      some.set('a', 'b');
      expect(() => one.publish('large', payload, { headers: some })).toThrow(NatsError);
      await settled();
    });

    test('payloads of all sizes come through whole', async () => {
      const messages = await collect(two, 'sizes');
      const sizes = [0, 1, 47, 48, 49, 16_383, 16_384, 16_385, 65_535, 65_536, 65_537, 300_000, 1_000_000];
      const payloads = [...sizes, ...sizes.toReversed()].map((size) => randomBytes(size));
      for (const payload of payloads) one.publish('sizes', payload);
      await settled();
      expect(messages.map((message) => message.data.length)).toEqual(payloads.map((payload) => payload.length));
      expect(messages.every((message, index) => payloads[index]?.equals(message.data))).toBe(true);
    });

    test('20,000 messages on many subjects stay in order', async () => {
      const messages = await collect(two, 'ordered.>');
      for (let number = 0; number < 20_000; number++) one.publish(`ordered.${number % 50}.${number}`, `${number}`);
      await settled();
      expect(messages.length).toBe(20_000);
      const wrong = messages.findIndex((message, number) => message.string() !== String(number));
      expect(wrong).toBe(-1);
    });

    test('drain delivers what has come, then closes', async () => {
      const draining = await connect({ servers: bus.url });
      let handled = 0;
      const subscription = draining.subscribe('drained');
      const handling = (async () => {
        for await (const _message of subscription) handled++;
      })();
      await draining.flush();
      for (let number = 0; number < 1_000; number++) one.publish('drained', 'x');
      await one.flush();
      await draining.drain();
      await handling;
      expect(handled).toBe(1_000);
      expect(draining.isClosed()).toBe(true);
      await expect(one.request('drained', '')).rejects.toMatchObject({ code: ErrorCode.NoResponders });
    });

    test('noEcho: a client does not hear itself', async () => {
      const quiet = await connect({ servers: bus.url, noEcho: true });
      const mine = await collect(quiet, 'echo');
      const theirs = await collect(two, 'echo');
      quiet.publish('echo', 'from quiet');
      await quiet.flush();
      one.publish('echo', 'from one');
      await settled();
      await quiet.flush();
      expect(mine.map((message) => message.string())).toEqual(['from one']);
      expect(theirs.map((message) => message.string())).toEqual(['from quiet', 'from one']);
      await quiet.close();
    });

    test('a client that the server leaves is told so', async () => {
      const other = await start();
      const client = await connect({ servers: other.url, reconnect: false });
      await other.stop();
      await client.closed();
      expect(client.isClosed()).toBe(true);
    });
  });
}
