// Writes to a state environment and holds it until it is killed. Arguments: the folder, and the boot's id or nothing.
import { writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { keysTable } from '@quorate/config-store';
import { StateEnvironment } from '../../dist/state-environment.js';
import { RowRecords } from '../../dist/table-record.js';

const [path, bootId] = process.argv.slice(2);
const state = await StateEnvironment.open(path, bootId === '' ? null : bootId);
const key = Buffer.from('key');
const row = {
  value: new TextEncoder().encode('value'),
  createRevision: 1,
  modRevision: 1,
  version: 1,
  lease: null,
  contentType: null,
  ordinal: 0,
  changeNumber: 1,
  timestampUs: 0,
};
const record = new RowRecords().of(keysTable, row, crc32(key));
state.transaction(() => state.rows.putSync(key, record));
writeSync(1, 'written\n');
setInterval(() => {}, 60_000);
