import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { CorruptRecord } from '@quorate/raft';
import { long, type Meta, metaBytes, pageHeader, readMeta } from './page-layout.ts';

/** The version of the files of the LMDB that is used here; another one is no damage. */
const dataVersion = 2;

/** More than this no machine can map. */
const maxMapSize = 2 ** 46;

/** What both metas of a file have in common for ever. */
const constantsOf = ({ version, address, pageSize, free, main }: Meta): string =>
  [version, address, pageSize, free.flags, main.flags].join();

/** An LMDB file, read page by page and without LMDB, which answers damage with the end of the process. */
export class PageFile {
  readonly path: string;
  /** The newest meta. */
  readonly meta: Meta;
  readonly #descriptor: number;

  /** @throws {CorruptRecord} if its metas are none, or do not fit together; the system's errors */
  constructor(path: string) {
    this.path = path;
    this.#descriptor = openSync(path, 'r');
    try {
      this.meta = this.#newestMeta();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** How many bytes the file has now. */
  get bytes(): number {
    return fstatSync(this.#descriptor).size;
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  /** Reads a page into `target`, and the pages that follow it if that is longer. @throws {CorruptRecord} if they are not there, or it is another one */
  read(number: number, target: Buffer): void {
    const { pageSize, lastPage } = this.meta;
    if (!(number >= 2 && number + target.length / pageSize - 1 <= lastPage))
      throw this.corrupt(`there is no page ${number}`);
    this.#fill(target, number * pageSize, `page ${number} is missing`);
    if (long(target, pageHeader.numberAt) !== number) throw this.corrupt(`page ${number} says that it is another`);
  }

  /** What is said of damage to the file. */
  corrupt(what: string): CorruptRecord {
    return new CorruptRecord(`the file ${this.path}`, what);
  }

  #newestMeta(): Meta {
    const first = this.#metaAt(0, 0);
    const second = this.#metaAt(1, first.pageSize);
    if (constantsOf(first) !== constantsOf(second)) throw this.corrupt('its metas are of different files');
    if (first.version !== dataVersion)
      throw new Error(`the file ${this.path} has LMDB's data version ${first.version}`);
    const [older, newer] = second.transaction > first.transaction ? [first, second] : [second, first];
    // Commits write the two in turn: else the newest one is lost, and what it committed with it.
    const isAhead = newer.transaction - older.transaction === 1;
    const isNew = newer.transaction === 0;
    const isInTurn = newer === (newer.transaction % 2 === 0 ? first : second);
    if (!isNew && !(isAhead && isInTurn)) {
      throw this.corrupt(`its metas are of transactions ${first.transaction} and ${second.transaction}`);
    }
    if ((newer.lastPage + 1) * newer.pageSize > newer.mapSize || newer.mapSize >= maxMapSize) {
      throw this.corrupt(`it claims ${(newer.lastPage + 1) * newer.pageSize} bytes`);
    }
    return newer;
  }

  #metaAt(number: number, position: number): Meta {
    const page = Buffer.alloc(metaBytes);
    this.#fill(page, position, 'it is no LMDB file');
    const meta = readMeta(page, number);
    if (typeof meta === 'string') throw this.corrupt(`it ${meta}`);
    return meta;
  }

  #fill(target: Buffer, position: number, otherwise: string): void {
    if (readSync(this.#descriptor, target, 0, target.length, position) < target.length) throw this.corrupt(otherwise);
  }
}
