import { type FileHandle, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { type GroupId, isName, type NodeId } from '@quorate/actor';
import { isTerm, type Term } from '@quorate/raft';
import { z } from 'zod';
import { readCounter, writeCounter } from './bytes.ts';
import { DataFolderError, systemCode } from './data-folder-error.ts';
import { renameFlushed } from './durable-file.ts';
import { type Essentials, identitySchema } from './essentials.ts';
import { formationRecordSchema } from './formation-record.ts';

/** The file's name within a data folder. */
export const secondCopyFile = 'second-copy';

const name = <Name extends string>() => z.custom<Name>((value) => typeof value === 'string' && isName(value));

const contentSchema = z.strictObject({
  identity: identitySchema,
  formation: formationRecordSchema.nullable(),
  hardStates: z.array(
    z.strictObject({
      group: name<GroupId>(),
      currentTerm: z.custom<Term>(isTerm),
      votedFor: name<NodeId>().nullable(),
    }),
  ),
  // A copy of format version 1 has none: no promise was ever made then.
  longestPromises: z
    .array(z.strictObject({ group: name<GroupId>(), longestPromiseMs: z.number().nonnegative() }))
    .default([]),
});

// A slot: checksum of all that follows, magic, format version, sequence number, length of the content, content.
const magic = Buffer.from('QUORCOPY');
const magicAt = 4;
const versionAt = magicAt + magic.length;
const sequenceAt = versionAt + 4;
const lengthAt = sequenceAt + 8;
const contentAt = lengthAt + 4;
const slotBytes = 64 * 1024;
const formatVersion = 2;
const readableVersions: readonly number[] = [1, formatVersion];

interface Slot {
  readonly sequence: number;
  readonly essentials: Essentials;
}

/**
 * The second copy of what stands in the log's environment and must survive it: a file with two slots, each flushed before the other is
 * written, and both before anything is said that rests on them. So one slot that passes its check is always enough: the
 * other was damaged, or was being written when the machine stopped and holds nothing that was said.
 */
export class SecondCopy {
  readonly #file: FileHandle;
  #sequence: number;
  /** Which slot is written first: never the only good one. */
  #firstSlot: 0 | 1;
  #essentials: Essentials;
  #last: Promise<void> = Promise.resolve();
  #queued: Promise<void> | null = null;
  #failure: { readonly error: unknown } | null = null;

  private constructor(file: FileHandle, essentials: Essentials, sequence: number, firstSlot: 0 | 1) {
    this.#file = file;
    this.#essentials = essentials;
    this.#sequence = sequence;
    this.#firstSlot = firstSlot;
  }

  /** What the file holds, and what is wrong with it: `essentials` is null if there is none that passes its check, `damage` if it is as it should be. */
  static async read(
    folder: string,
  ): Promise<{ readonly essentials: Essentials | null; readonly damage: string | null }> {
    const { newest, damage } = await readSlots(folder);
    return { essentials: newest?.slot.essentials ?? null, damage };
  }

  /** Opens the file to write to it, or makes one. It is to hold `essentials`, and does once something is saved. */
  static async open(folder: string, essentials: Essentials): Promise<SecondCopy> {
    const { newest, hasSize } = await readSlots(folder);
    const path = join(folder, secondCopyFile);
    if (!hasSize) await make(path, encode({ sequence: 1, essentials }));
    const sequence = hasSize ? (newest?.slot.sequence ?? 0) : 1;
    return new SecondCopy(await open(path, 'r+'), essentials, sequence, newest?.at === 0 ? 1 : 0);
  }

  get essentials(): Essentials {
    return this.#essentials;
  }

  /** Changes what it holds; resolves when that is on disk. After a write that failed every later one fails too. @throws {Error} the system's */
  save(change: Partial<Essentials>): Promise<void> {
    const hardStates = new Map([...this.#essentials.hardStates, ...(change.hardStates ?? [])]);
    const longestPromises = new Map([...this.#essentials.longestPromises, ...(change.longestPromises ?? [])]);
    this.#essentials = { ...this.#essentials, ...change, hardStates, longestPromises };
    this.#queued ??= this.#last = this.#last.then(() => this.#write());
    return this.#queued;
  }

  /** Closes the file after what is under way. */
  async close(): Promise<void> {
    await this.#last.catch(() => {});
    await this.#file.close();
  }

  async #write(): Promise<void> {
    // What is changed from now on is for the next time.
    this.#queued = null;
    if (this.#failure !== null) throw this.#failure.error;
    try {
      this.#sequence += 1;
      const bytes = encode({ sequence: this.#sequence, essentials: this.#essentials });
      for (const slot of [this.#firstSlot, 1 - this.#firstSlot]) {
        await this.#file.write(bytes, 0, bytes.length, slot * slotBytes);
        await this.#file.datasync();
      }
      this.#firstSlot = 0;
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}

/** Two slots with the same content, under a name that appears when they are on disk. */
async function make(path: string, slot: Buffer): Promise<void> {
  const file = await open(`${path}.new`, 'w');
  try {
    await file.truncate(2 * slotBytes);
    for (const at of [0, slotBytes]) await file.write(slot, 0, slot.length, at);
    await file.sync();
  } finally {
    await file.close();
  }
  await renameFlushed(`${path}.new`, path);
}

interface Slots {
  readonly newest: { readonly at: number; readonly slot: Slot } | null;
  readonly damage: string | null;
  readonly hasSize: boolean;
}

async function readSlots(folder: string): Promise<Slots> {
  const bytes = await readFile(join(folder, secondCopyFile)).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return 'missing';
    if (systemCode(error) === 'EIO') return 'unreadable';
    throw error;
  });
  if (typeof bytes === 'string') return { newest: null, damage: `it is ${bytes}`, hasSize: false };
  const slots = [0, 1].map((at) => ({
    at,
    slot: decode(folder, bytes.subarray(at * slotBytes, (at + 1) * slotBytes)),
  }));
  let newest: Slots['newest'] = null;
  for (const { at, slot } of slots) {
    if (slot !== null && slot.sequence > (newest?.slot.sequence ?? 0)) newest = { at, slot };
  }
  const hasSize = bytes.length === 2 * slotBytes;
  const isSound = hasSize && slots.every(({ slot }) => slot !== null);
  const damage = isSound ? null : newest === null ? 'it is damaged' : 'one of its slots is damaged';
  return { newest, damage, hasSize };
}

function encode({ sequence, essentials }: Slot): Buffer {
  const { identity, formation, hardStates } = essentials;
  const states = [...hardStates].map(([group, { currentTerm, votedFor }]) => ({ group, currentTerm, votedFor }));
  const longestPromises = [...essentials.longestPromises].map(([group, longestPromiseMs]) => ({
    group,
    longestPromiseMs,
  }));
  const content = Buffer.from(JSON.stringify({ identity, formation, hardStates: states, longestPromises }));
  if (contentAt + content.length > slotBytes)
    throw new RangeError(`the second copy has no room for ${content.length} bytes`);
  const slot = Buffer.concat([Buffer.alloc(contentAt), content]);
  magic.copy(slot, magicAt);
  slot.writeUInt32BE(formatVersion, versionAt);
  writeCounter(slot, sequence, sequenceAt);
  slot.writeUInt32BE(content.length, lengthAt);
  slot.writeUInt32BE(crc32(slot.subarray(magicAt)), 0);
  return slot;
}

/** Null if the slot does not pass its check. @throws {DataFolderError} `UnknownFormatVersion` */
function decode(folder: string, slot: Buffer): Slot | null {
  if (slot.length < contentAt || !slot.subarray(magicAt, versionAt).equals(magic)) return null;
  const end = contentAt + slot.readUInt32BE(lengthAt);
  if (end > slot.length || crc32(slot.subarray(magicAt, end)) !== slot.readUInt32BE(0)) return null;
  const version = slot.readUInt32BE(versionAt);
  if (!readableVersions.includes(version)) {
    const found = `has a ${secondCopyFile} of format version ${version}, and this build knows ${readableVersions.join(' and ')}`;
    throw new DataFolderError('UnknownFormatVersion', folder, found);
  }
  const content = contentSchema.safeParse(JSON.parse(slot.toString('utf8', contentAt, end)));
  if (!content.success) return null;
  const { identity, formation, hardStates, longestPromises } = content.data;
  const states = hardStates.map(({ group, currentTerm, votedFor }) => [group, { currentTerm, votedFor }] as const);
  const promises = longestPromises.map(({ group, longestPromiseMs }) => [group, longestPromiseMs] as const);
  const essentials = { identity, formation, hardStates: new Map(states), longestPromises: new Map(promises) };
  return { sequence: readCounter(slot, sequenceAt), essentials };
}
