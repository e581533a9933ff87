// Loads a snapshot and takes it again, over and over, and says so, until it is killed. Arguments: the folder, and the
// snapshot's record.
import { writeSync } from 'node:fs';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';

const [path, text] = process.argv.slice(2);
const record = JSON.parse(text);
const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
const group = groupId('config');
const tables = folder.openTables(group);
const logger = { info: () => {}, warn: () => {}, error: () => {} };
const files = folder.openSnapshots({ group, clusterId: 'c1', tables, logger, tell, onFatal });

function tell({ kind }) {
  writeSync(1, `${kind}\n`);
  if (kind === 'snapshotLoaded') files.take(record);
  else files.load(record);
}

function onFatal(error) {
  writeSync(1, `fatal ${error}\n`);
  process.exit(1);
}

files.load(record);
writeSync(1, 'loading\n');
