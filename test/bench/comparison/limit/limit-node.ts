// A node of the limit program: `leader` or `follower`, where NATS is, and its folder.
import { mkdirSync } from 'node:fs';
import { decode, encode } from '@msgpack/msgpack';
import { connect, type Msg } from 'nats';
import { DurablePair, type Item } from './durable-pair.ts';

/** What is told over NATS. Only the node itself reads it, so that its shape is not checked: whatever that costs, the limit is without it. */
const itemsIn = (data: Uint8Array): readonly Item[] => decode(data) as readonly Item[];
const sequenceIn = (data: Uint8Array): number => decode(data) as number;
const batchIn = (data: Uint8Array): readonly [sequence: number, items: readonly Item[]] =>
  decode(data) as readonly [number, readonly Item[]];

const [role = '', url = '', folder = ''] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const nats = await connect({ servers: url });
const pair = new DurablePair(folder);
if (role === 'leader') lead();
else follow();
await nats.flush();
process.once('disconnect', () => process.exit());
process.send?.('ready');

/** Writes each batch, and says so. */
function follow(): void {
  const append = async (data: Uint8Array): Promise<void> => {
    const [sequence, items] = batchIn(data);
    await pair.write(items, Buffer.from(data));
    nats.publish('limit.ack', encode(sequence));
  };
  nats.subscribe('limit.append', { callback: (_, { data }) => void append(data) });
}

/** Takes what callers send, a batch at a time, writes it while a follower does, and answers. */
function lead(): void {
  const acknowledged = new Map<number, () => void>();
  let waiting: { readonly message: Msg; readonly items: readonly Item[] }[] = [];
  let isBusy = false;
  let sequence = 0;

  const writeNext = async (): Promise<void> => {
    if (isBusy || waiting.length === 0) return;
    isBusy = true;
    const batch = waiting;
    waiting = [];
    sequence += 1;
    const own = sequence;
    const items = batch.flatMap((one) => one.items);
    const bytes = Buffer.from(encode([own, items]));
    const quorum = new Promise<void>((resolve) => acknowledged.set(own, resolve));
    nats.publish('limit.append', bytes);
    await Promise.all([pair.write(items, bytes), quorum]);
    for (const one of batch) one.message.respond(encode(one.items.length));
    isBusy = false;
    void writeNext();
  };

  nats.subscribe('limit.ack', {
    callback: (_, { data }) => {
      const of = sequenceIn(data);
      acknowledged.get(of)?.();
      acknowledged.delete(of);
    },
  });
  nats.subscribe('limit.put', {
    callback: (_, message) => {
      waiting.push({ message, items: itemsIn(message.data) });
      queueMicrotask(() => void writeNext());
    },
  });
}
