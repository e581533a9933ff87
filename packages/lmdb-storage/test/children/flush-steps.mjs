// Writes steps 1, 2, 3 … to a log and says which are flushed, until it is killed or a flush fails. Arguments: the folder,
// and how many bytes each command has.
import { writeSync } from 'node:fs';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { openDataFolder } from '@quorate/lmdb-storage';
import { writeStep } from './write-step.mjs';

const [path, commandBytes] = process.argv.slice(2);
process.on('unhandledRejection', (error) => writeSync(1, `unhandled ${error}\n`));
const folder = await openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
const log = folder.openLog(groupId('config'));
const otherLog = folder.openLog(groupId('other'));
const flush = (of) => new Promise((resolve) => of.flush(resolve));

for (let step = 1; ; step += 1) {
  writeStep(log, step, Number(commandBytes));
  const outcome = await flush(log);
  if (outcome.kind === 'failed') break;
  writeSync(1, `flushed ${step}\n`);
}
otherLog.setHardState({ currentTerm: 1, votedFor: null });
writeSync(1, `failed ${(await flush(log)).kind} ${(await flush(otherLog)).kind}\n`);
// Unhandled rejections are told at the end of a turn.
setImmediate(() => setImmediate(() => process.exit(0)));
