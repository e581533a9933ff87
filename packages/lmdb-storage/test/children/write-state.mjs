// Writes to a state environment and holds it until it is killed. Arguments: the folder, and the boot's id or nothing.
import { writeSync } from 'node:fs';
import { StateEnvironment } from '../../dist/state-environment.js';

const [path, bootId] = process.argv.slice(2);
const state = await StateEnvironment.open(path, bootId === '' ? null : bootId);
state.transaction(() => state.entries.putSync(Buffer.from('key'), Buffer.from('value')));
writeSync(1, 'written\n');
setInterval(() => {}, 60_000);
