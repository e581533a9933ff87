// A load on JetStream's key-value store with three replicas. Arguments: a load as `loadArgument` makes it, then the servers with commas
// between. The result is a line of JSON.
import { loadToJson, runLoad } from '@quorate/load';
import { connect, type KV } from 'nats';
import { anyKey, loadIn, loadValue } from '../load.ts';

const bucket = 'bench';

const [loadText = '', serversText = ''] = process.argv.slice(2);
const load = loadIn(loadText);
const servers = serversText.split(',');
const connections = await Promise.all(
  Array.from({ length: load.connections }, (_, at) => connect({ servers: servers[at % servers.length] ?? '' })),
);
const stores: KV[] = [];
for (const connection of connections) {
  stores.push(await connection.jetstream().views.kv(bucket, { replicas: 3, history: 1 }));
}
const value = loadValue(load);
const { operations, seconds } = await runLoad({
  // A key of the bucket is a subject, and a slash may stand in it.
  operations: [
    { name: 'put', weight: 1, call: async (caller) => stores[caller % stores.length]?.put(anyKey(load), value) },
  ],
  callers: load.callers,
  warmUpMs: load.warmUpSeconds * 1_000,
  measuredMs: load.seconds * 1_000,
  ratePerSecond: load.ratePerSecond,
});
const put = operations.get('put');
if (put !== undefined) console.log(JSON.stringify(loadToJson(put, seconds)));
await Promise.all(connections.map((connection) => connection.close()));
