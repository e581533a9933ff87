// Tries to open a data folder as a user who may not write there, and says how that ended. Arguments: the folder.
import { writeSync } from 'node:fs';
import { clusterName, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';

const [path] = process.argv.slice(2);
if (process.getuid() === 0) {
  process.setgid(65_534);
  process.setuid(65_534);
}
try {
  await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
  writeSync(1, 'opened\n');
} catch (error) {
  writeSync(1, `${error.code}: ${error.message}\n`);
}
