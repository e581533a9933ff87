import { crc32 } from 'node:zlib';
import type { GroupId } from '@quorate/actor';
import { writeCounter } from './bytes.ts';

/** The longest key that LMDB takes with pages of 4 KiB, in bytes. */
export const maxKeyLength = 1978;

/** What all keys of one group begin with. The zero byte, which no name contains, keeps `a` and `ab` apart. */
export function groupPrefix(group: string): Buffer {
  return Buffer.from(`${group}\0`);
}

/** The first key that comes after all those that begin with `prefix`, which does not end in 0xff: no name and no UTF-8 does. */
export function keyAfter(prefix: Buffer): Buffer {
  const end = Buffer.from(prefix);
  const last = end.length - 1;
  end[last] = (end[last] ?? 0) + 1;
  return end;
}

/** The keys of a group's log: the group, then the index as 8 bytes, big-endian. */
export class EntryKeys {
  readonly prefix: Buffer;
  readonly #key: Buffer;

  constructor(group: GroupId) {
    this.prefix = groupPrefix(group);
    this.#key = Buffer.concat([this.prefix, Buffer.alloc(8)]);
  }

  /** The key of an index, in a buffer that the next call overwrites: LMDB copies keys at once. */
  at(index: number): Buffer {
    writeCounter(this.#key, index, this.prefix.length);
    return this.#key;
  }
}

/** What the records of one group are sealed with. */
export function groupSeed(group: GroupId): number {
  return crc32(groupPrefix(group));
}
