// A load on etcd by its client for Node.js, for machines without Go. Arguments: a load as `loadArgument` makes it, then the endpoints with
// commas between. The result is a line of JSON.
import { loadToJson, runLoad } from '@quorate/load';
import { Etcd3 } from 'etcd3';
import { anyKey, keyName, loadIn, loadValue } from '../load.ts';

const [loadText = '', endpointsText = ''] = process.argv.slice(2);
const load = loadIn(loadText);
const endpoints = endpointsText.split(',');
const clients = Array.from(
  { length: load.connections },
  (_, at) => new Etcd3({ hosts: `http://${endpoints[at % endpoints.length]}` }),
);
const value = loadValue(load);
const { operation } = load;
if (operation === 'get') {
  for (let number = 0; number < load.keys; number += 1) await clients[0]?.put(keyName(number)).value(value);
}
const call = async (caller: number): Promise<void> => {
  const client = clients[caller % clients.length];
  await (operation === 'put' ? client?.put(anyKey(load)).value(value) : client?.get(anyKey(load)).exec());
};
const { operations, seconds } = await runLoad({
  operations: [{ name: operation, weight: 1, call }],
  callers: load.callers,
  warmUpMs: load.warmUpSeconds * 1_000,
  measuredMs: load.seconds * 1_000,
  ratePerSecond: load.ratePerSecond,
});
const result = operations.get(operation);
if (result !== undefined) console.log(JSON.stringify(loadToJson(result, seconds)));
for (const client of clients) client.close();
