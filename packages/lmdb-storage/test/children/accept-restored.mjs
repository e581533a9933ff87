// Accepts a record of formation of a restored cluster, and says when it begins and when it has. Arguments: the folder, and the record.
import { writeSync } from 'node:fs';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';

const [path, text] = process.argv.slice(2);
const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
writeSync(1, 'accepting\n');
await folder.acceptFormation(JSON.parse(text), groupId('config'));
writeSync(1, 'accepted\n');
setInterval(() => {}, 1_000);
