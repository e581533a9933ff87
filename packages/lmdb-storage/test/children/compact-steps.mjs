// Writes and compacts a log in steps 1, 2, 3 … and says which are flushed, until it is killed. Arguments: the folder.
import { writeSync } from 'node:fs';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';
import { compactStep } from './compact-step.mjs';

const [path] = process.argv.slice(2);
const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
const log = folder.openLog(groupId('config'));
for (let step = 1; ; step += 1) {
  compactStep(log, step);
  await new Promise((resolve) => log.flush(resolve));
  writeSync(1, `flushed ${step}\n`);
}
