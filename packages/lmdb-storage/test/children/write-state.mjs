// Writes to a state environment and holds it until it is killed. Arguments: the folder, and the boot's id or nothing.
import { writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { StateEnvironment } from '../../dist/state-environment.js';
import { recordTableEntry } from '../../dist/table-record.js';

const [path, bootId] = process.argv.slice(2);
const state = await StateEnvironment.open(path, bootId === '' ? null : bootId);
const key = Buffer.from('key');
const entry = {
  key: 'value',
  value: new TextEncoder().encode('value of value'),
  createRevision: 1,
  modRevision: 1,
  version: 1,
};
const record = recordTableEntry(entry, crc32(key));
state.transaction(() => state.entries.putSync(key, record));
writeSync(1, 'written\n');
setInterval(() => {}, 60_000);
