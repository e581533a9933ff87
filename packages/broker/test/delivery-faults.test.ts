import { onTestFinished, test, vi } from 'vitest';
import { RawClient } from '../../../test/bus/raw-client.ts';
import { type Broker, type DeliveryFaults, startBroker } from '../src/index.ts';

async function startWith(delaysMs: DeliveryFaults['delaysMs']): Promise<Broker> {
  const broker = await startBroker({ faults: { delaysMs } });
  onTestFinished(() => broker.close());
  return broker;
}

async function connected({ port }: Broker, options: Record<string, unknown> = {}): Promise<RawClient> {
  const client = await RawClient.connected(port, options);
  onTestFinished(() => client.close());
  return client;
}

/** Lets the test say when late messages arrive. */
function arrivalsByHand(): (afterMs: number) => void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  return (afterMs) => void vi.advanceTimersByTime(afterMs);
}

/** A client that listens already. */
async function listening(broker: Broker, subscription: string, options = {}): Promise<RawClient> {
  const client = await connected(broker, options);
  client.send(`SUB ${subscription}\r\n`);
  await client.expectNothingMore();
  return client;
}

test('what is lost, doubled or left alone is so for each pair of connections, by their names, and each subject', async () => {
  const copies = new Map([
    ['one two bad', []],
    ['one two twice', [0, 0]],
  ]);
  const broker = await startWith((from, to, subject) => copies.get(`${from} ${to} ${subject}`) ?? [0]);
  const two = await listening(broker, '> 1', { name: 'two' });
  const three = await listening(broker, '> 1', { name: 'three' });
  const nameless = await listening(broker, '> 1');
  const one = await connected(broker, { name: 'one' });

  one.send('PUB bad 1\r\nx\r\nPUB twice 1\r\ny\r\nPUB good 1\r\nz\r\n');
  await two.expect('MSG twice 1 1\r\ny\r\nMSG twice 1 1\r\ny\r\nMSG good 1 1\r\nz\r\n');
  const all = 'MSG bad 1 1\r\nx\r\nMSG twice 1 1\r\ny\r\nMSG good 1 1\r\nz\r\n';
  await three.expect(all);
  await nameless.expect(all);
  three.send('PUB bad 1\r\nx\r\n');
  await two.expect('MSG bad 1 1\r\nx\r\n');
  await two.expectNothingMore();
});

test('a late message is overtaken and comes whole, with reply subject and headers', async () => {
  const pass = arrivalsByHand();
  const broker = await startWith((_from, _to, subject) => (subject === 'late' ? [40] : [0]));
  const subscriber = await listening(broker, '> 7', { headers: true });
  const publisher = await connected(broker, { headers: true });
  const header = 'NATS/1.0\r\nA: b\r\n\r\n';

  publisher.send(`HPUB late inbox ${header.length} ${header.length + 4}\r\n${header}body\r\nPUB soon 1\r\ns\r\n`);
  await subscriber.expect('MSG soon 7 1\r\ns\r\n');
  publisher.send(`PUB soon 200\r\n${'x'.repeat(200)}\r\n`);
  await subscriber.expect(`MSG soon 7 200\r\n${'x'.repeat(200)}\r\n`);
  pass(39);
  await subscriber.expectNothingMore();
  pass(1);
  await subscriber.expect(`HMSG late 7 inbox ${header.length} ${header.length + 4}\r\n${header}body\r\n`);
});

test('a late message meets a client that has come back under its name, and nobody else', async () => {
  const pass = arrivalsByHand();
  const broker = await startWith((_from, to) => (to === 'node' ? [150] : [0]));
  const before = await listening(broker, 'a.* g 1', { name: 'node' });
  const publisher = await connected(broker);
  publisher.send('PUB a.b 1\r\nx\r\n');
  await publisher.expectNothingMore();
  before.close();
  const other = await listening(broker, 'a.* g 2', { name: 'other' });
  const elsewhere = await listening(broker, 'a.b 3', { name: 'node' });
  const after = await listening(broker, 'a.* g 4', { name: 'node' });
  pass(150);
  await after.expect('MSG a.b 4 1\r\nx\r\n');
  await other.expectNothingMore();
  await elsewhere.expectNothingMore();
});

test('a late message to a client that unsubscribed meanwhile is lost', async () => {
  const pass = arrivalsByHand();
  const broker = await startWith(() => [20]);
  const subscriber = await listening(broker, 'a 1');
  const publisher = await connected(broker);
  publisher.send('PUB a 1\r\nx\r\n');
  await publisher.expectNothingMore();
  subscriber.send('UNSUB 1\r\n');
  await subscriber.expectNothingMore();
  pass(20);
  await subscriber.expectNothingMore();
});

test('a request that is lost on its way has a responder; one that nobody hears has none', async () => {
  const broker = await startWith((_from, _to, subject) => (subject === 'ask' ? [] : [0]));
  await listening(broker, 'ask group 1');
  const asker = await listening(broker, 'inbox 1', { headers: true, no_responders: true });
  asker.send('PUB ask inbox 0\r\n\r\n');
  await asker.expectNothingMore();
  asker.send('PUB nobody inbox 0\r\n\r\n');
  await asker.expect('HMSG inbox 1 16 16\r\nNATS/1.0 503\r\n\r\n\r\n');
});
