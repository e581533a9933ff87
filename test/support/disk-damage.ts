import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What of a data folder a disk may spoil. */
export type DamagedPart = 'log' | 'state' | 'snapshots';

const pageBytes = 4_096;

/** A generator of whole numbers below a bound, the same for the same seed. */
export function chanceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** The files of a part of a data folder. */
export function filesOf(folder: string, part: DamagedPart): readonly string[] {
  if (part !== 'snapshots') return [join(folder, part, 'data.mdb')];
  const snapshots = join(folder, 'snapshots', 'config');
  if (!existsSync(snapshots)) return [];
  return readdirSync(snapshots).map((name) => join(snapshots, name));
}

/** Flips so many bits of a file, every other one at the beginning of a page, where a database has what it finds its way by. */
export function flipBits(file: string, count: number, chance: (below: number) => number): void {
  const { size } = statSync(file);
  const descriptor = openSync(file, 'r+');
  try {
    for (let flip = 0; flip < count; flip += 1) {
      const page = Math.floor(chance(size) / pageBytes) * pageBytes;
      const at = Math.min(size - 1, page + (chance(2) === 0 ? chance(170) : chance(pageBytes)));
      const byte = Buffer.alloc(1);
      readSync(descriptor, byte, 0, 1, at);
      writeSync(descriptor, Buffer.from([byte.readUInt8() ^ (1 << chance(8))]), 0, 1, at);
    }
  } finally {
    closeSync(descriptor);
  }
}

/** Cuts a file short, somewhere. */
export function cutShort(file: string, chance: (below: number) => number): void {
  const descriptor = openSync(file, 'r+');
  ftruncateSync(descriptor, chance(statSync(file).size));
  closeSync(descriptor);
}
