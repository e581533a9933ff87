// Damages a copy of a data folder at random, case by case, opens it, mends what can be mended, and says how that ended. Arguments: the folder, a folder for
// copies, and the first and the last case.
import {
  closeSync,
  cpSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { clusterName, groupId, nodeId } from '@quorate/actor';
import { keysTable } from '@quorate/config-store';
import { openDataFolder } from '@quorate/lmdb-storage';

const [original, copies, first, last] = process.argv.slice(2);
const group = groupId('config');
const all = { maxEntries: 1_000_000, maxBytes: 1_000_000_000 };
const pageBytes = 4_096;

const open = (path) => openDataFolder({ path, nodeId: nodeId('n1'), clusterName: clusterName('main') });
const base64 = (bytes) => Buffer.from(bytes).toString('base64');

const textOf = (firstIndex, lastIndex, entries) =>
  JSON.stringify([firstIndex, lastIndex, entries.map((entry) => ({ ...entry, command: base64(entry.command) }))]);

/** All that can be read. @throws {Error} if a hole can be read, or anything else cannot */
function legibleEntries(log) {
  const entries = [];
  let from = log.firstIndex;
  for (const hole of [...log.holes, log.lastIndex + 1]) {
    if (hole > from) entries.push(...log.read(from, { ...all, maxEntries: hole - from }));
    from = hole + 1;
  }
  return entries;
}

function contentOf(folder) {
  const log = folder.openLog(group);
  const tables = folder.openTables(group);
  const { firstIndex, lastIndex, hardState, snapshot, damage, holes } = log;
  const entries = legibleEntries(log);
  const rows = tables.range(keysTable, { limit: 1_000_000 });
  const state = [tables.progress, rows.map(({ key, row }) => ({ key, ...row, value: base64(row.value) }))];
  return {
    opened: log,
    damage,
    holes,
    entries,
    hardState: JSON.stringify(hardState),
    log: textOf(firstIndex, lastIndex, entries),
    snapshot: JSON.stringify(snapshot === null ? null : [snapshot.index, snapshot.id]),
    state: JSON.stringify(state),
  };
}

/** What is to be read of a log with these holes. */
function logWithout({ log, entries }, holes) {
  const [firstIndex, lastIndex] = JSON.parse(log);
  const missing = new Set(holes);
  return textOf(
    firstIndex,
    lastIndex,
    entries.filter(({ index }) => !missing.has(index)),
  );
}

/** Fills the holes, if there are any, with what was there before, and with nothing else. What is wrong then, or null. */
async function mendingFault({ opened, holes }, good) {
  const before = new Map(good.entries.map((entry) => [entry.index, entry]));
  for (const index of holes) {
    const entry = before.get(index);
    if (opened.mend({ ...entry, term: entry.term - 1 })) return 'an entry of another term was taken';
    if (!opened.mend(entry)) return 'the entry that was there was refused';
  }
  await new Promise((resolve) => opened.flush(resolve));
  return null;
}

/** Opens it once more. What is wrong then, or null. */
async function againFault(path, good) {
  const folder = await open(path);
  const { holes, log } = contentOf(folder);
  await folder.close();
  return holes.length > 0 || log !== good.log ? 'the mended log differs' : null;
}

/** What is wrong with what was found, or null. */
function faultOf(folder, found, good) {
  const isSilent = folder.findings.length === 0;
  if (found.hardState !== good.hardState) return 'term and vote differ';
  if (found.damage !== null) return isSilent || JSON.parse(found.log)[1] !== 0 ? 'the damaged log is not empty' : null;
  if (found.holes.length > 0 && isSilent) return 'the holes are kept quiet';
  if (found.log !== logWithout(good, found.holes)) return 'the log differs';
  if (isSilent && found.snapshot !== good.snapshot) return 'the snapshot differs';
  const isEmpty = JSON.parse(found.state)[0].lastApplied === 0;
  if (folder.stateDiscarded !== null) return isSilent || !isEmpty ? 'the state was discarded, and is there' : null;
  return found.state === good.state ? null : 'the state differs';
}

/** Whatever passed can be written to. */
async function write(folder) {
  const log = folder.openLog(groupId('other'));
  log.setHardState({ currentTerm: 9, votedFor: null });
  const entry = { term: 9, kind: 'command', command: new Uint8Array(2_000), logTimeMs: 0 };
  log.append(Array.from({ length: 50 }, (_, at) => ({ ...entry, index: at + 1, timestampUs: at + 1 })));
  const outcome = await new Promise((resolve) => log.flush(resolve));
  if (outcome.kind === 'failed') throw outcome.error;
  folder.openTables(groupId('other')).transaction((writer) => {
    for (let at = 0; at < 50; at += 1) {
      writer.put(keysTable, `/other/${at}`, {
        value: entry.command,
        createRevision: 1,
        modRevision: 1,
        version: 1,
        lease: null,
        contentType: null,
        ordinal: 0,
        changeNumber: 1,
        timestampUs: 0,
      });
    }
  });
}

function random(seed) {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** Flips bits of one file, or cuts it short. Every other bit is one at the beginning of a page, where LMDB has its own. */
function damage(path, chance) {
  const snapshots = join(path, 'snapshots', 'config');
  const names = readdirSync(snapshots).map((name) => join(snapshots, name));
  const kinds = [
    [join(path, 'log', 'data.mdb')],
    [join(path, 'state', 'data.mdb')],
    names,
    [join(path, 'second-copy')],
  ];
  const kind = ['log', 'state', 'snapshot', 'second copy'].at([0, 0, 0, 0, 1, 1, 1, 2, 2, 3][chance(10)]);
  const files = kinds[['log', 'state', 'snapshot', 'second copy'].indexOf(kind)];
  const file = files[chance(files.length)];
  const size = statSync(file).size;
  const descriptor = openSync(file, 'r+');
  if (chance(10) === 0) ftruncateSync(descriptor, chance(size));
  else {
    const flips = chance(2) === 0 ? 1 : 1 + chance(20);
    for (let flip = 0; flip < flips; flip += 1) {
      const page = Math.floor(chance(size) / pageBytes) * pageBytes;
      const at = Math.min(size - 1, page + (chance(2) === 0 ? chance(170) : chance(pageBytes)));
      const byte = Buffer.alloc(1);
      readSync(descriptor, byte, 0, 1, at);
      writeSync(descriptor, Buffer.from([byte[0] ^ (1 << chance(8))]), 0, 1, at);
    }
  }
  closeSync(descriptor);
  return kind;
}

const whole = await open(original);
const good = contentOf(whole);
await whole.close();
for (let one = Number(first); one <= Number(last); one += 1) {
  const path = join(copies, `case-${one}`);
  cpSync(original, path, { recursive: true });
  writeSync(1, `begun ${one}\n`);
  const kind = damage(path, random(one));
  const folder = await open(path);
  const found = contentOf(folder);
  const foundFault = faultOf(folder, found, good) ?? (await mendingFault(found, good));
  await write(folder);
  await folder.close();
  const fault = foundFault ?? (found.holes.length > 0 ? await againFault(path, good) : null);
  rmSync(path, { recursive: true });
  const parts = [
    folder.findings.length === 0 ? 'nothing found' : 'found',
    found.damage !== null && 'log',
    found.holes.length > 0 && 'holes',
    folder.stateDiscarded !== null && 'state',
  ];
  writeSync(1, `ended ${one} ${fault ?? 'well'}: ${kind}, ${parts.filter((part) => part !== false).join(' ')}\n`);
}
