// The limit program: what the parts that the store is made of can do on this machine without consensus. One leader and two followers around
// one nats-server; each writes every batch to a log in LMDB with a flushed commit and to a table in a second LMDB environment without a
// flush. Arguments: a load as `loadArgument` makes it, then where NATS is and a folder. The result is a line of JSON.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadToJson, runLoad } from '@quorate/load';
import { connect } from 'nats';
import { anyKey, loadIn, loadValue } from '../load.ts';
import { SharedLane } from './shared-lane.ts';

const program = fileURLToPath(new URL('./limit-node.js', import.meta.url));

const [loadText = '', url = '', folder = ''] = process.argv.slice(2);
const load = loadIn(loadText);
const nodes = await Promise.all(['leader', 'follower', 'follower'].map(startNode));
const connections = await Promise.all(Array.from({ length: load.connections }, () => connect({ servers: url })));
const lanes = connections.map((connection) => new SharedLane(connection));
const value = loadValue(load);
const { operations, seconds } = await runLoad({
  operations: [
    { name: 'put', weight: 1, call: async (caller) => lanes[caller % lanes.length]?.put([anyKey(load), value]) },
  ],
  callers: load.callers,
  warmUpMs: load.warmUpSeconds * 1_000,
  measuredMs: load.seconds * 1_000,
  ratePerSecond: load.ratePerSecond,
});
const put = operations.get('put');
if (put !== undefined) console.log(JSON.stringify(loadToJson(put, seconds)));
await Promise.all(connections.map((connection) => connection.close()));
for (const node of nodes) node.disconnect();

async function startNode(role: string, number: number): Promise<ChildProcess> {
  const node = fork(program, [role, url, join(folder, String(number))]);
  await once(node, 'message');
  return node;
}
