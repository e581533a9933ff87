// Opens a data folder and holds it until it is killed. Arguments: the folder.
import { writeSync } from 'node:fs';
import { clusterName, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';

const [path] = process.argv.slice(2);
const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
writeSync(1, `open ${folder.incarnation}\n`);
setInterval(() => {}, 60_000);
