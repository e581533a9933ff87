import type { PageFile } from './page-file.ts';
import {
  long,
  nodeFlag,
  nodeHeader,
  overflowReference,
  pageHeader,
  pageKind,
  readTableHead,
  short,
  type TableHead,
  tableHeadBytes,
  word,
} from './page-layout.ts';

/** What a tree is checked for, and what of it is shown. */
export interface TreeCheckOptions {
  readonly file: PageFile;
  /** What it is called, for errors. */
  readonly name: string;
  readonly head: TableHead;
  /** The transaction that wrote what points to its root. */
  readonly transaction: number;
  /** Keys are the machine's numbers, as those of the list of free pages are. */
  readonly hasNumberKeys: boolean;
  /** Each page of the tree, once. It may throw. */
  readonly page?: (number: number) => void;
  /** Each entry: key and value stand in `bytes` only until this returns. It may throw. */
  readonly entry?: (bytes: Buffer, keyAt: number, keyLength: number, valueAt: number, valueLength: number) => void;
  /** Each head of a table among the entries, with the transaction of its page. It may throw. */
  readonly table?: (name: string, head: TableHead, transaction: number) => void;
  /** Where to begin: after that key. */
  readonly after?: Buffer | null;
  /** Asked after each leaf, with the bytes of pages that were read: true ends the check there. */
  readonly isEnough?: (bytes: number) => boolean;
}

/** A key, where it stands. */
interface KeyAt {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
}

/**
 * Checks a tree of an LMDB file: that every page is the one that it should be, and accounts for all of its bytes, that keys ascend
 * within the bounds that the pages above set, and that the head counts right. Whatever passes LMDB can read.
 */
export class TreeCheck {
  readonly #options: TreeCheckOptions;
  readonly #pages: Buffer[] = [];
  #branchPages = 0;
  #leafPages = 0;
  #overflowPages = 0;
  #entries = 0;
  #bytes = 0;
  #last: Buffer | null = null;
  #isCutShort = false;

  constructor(options: TreeCheckOptions) {
    this.#options = options;
  }

  /** How many bytes of pages were read. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Where to go on: after that key; null if the tree was read to its end. */
  get resumeAfter(): Buffer | null {
    return this.#isCutShort ? this.#last : null;
  }

  /** @throws {CorruptRecord} saying which page is wrong, and how */
  run(): void {
    const { head, transaction, hasNumberKeys } = this.#options;
    if (!hasNumberKeys && head.flags !== 0) throw this.#corrupt(`its flags are ${head.flags}`);
    if (head.root === null) {
      if (head.depth !== 0) throw this.#corrupt('it is empty and has a depth');
    } else {
      if (head.depth < 1 || head.depth > 32) throw this.#corrupt(`its depth is ${head.depth}`);
      this.#read(head.root, 1, transaction, null, null);
    }
    if ((this.#options.after ?? null) === null && !this.#isCutShort) this.#checkCounts();
  }

  #checkCounts(): void {
    const { branchPages, leafPages, overflowPages, entries } = this.#options.head;
    const found = [this.#branchPages, this.#leafPages, this.#overflowPages, this.#entries].join(', ');
    const claimed = [branchPages, leafPages, overflowPages, entries].join(', ');
    if (found !== claimed) throw this.#corrupt(`it has ${found} of pages and entries, and says ${claimed}`);
  }

  /** A page and all below it, whose keys must lie from `low` to before `high`. */
  #read(number: number, depth: number, transaction: number, low: KeyAt | null, high: KeyAt | null): void {
    const { file, head } = this.#options;
    const { pageSize } = file.meta;
    this.#pages[depth] ??= Buffer.allocUnsafeSlow(pageSize);
    const page = this.#pages[depth];
    file.read(number, page);
    this.#bytes += pageSize;
    this.#options.page?.(number);
    const written = long(page, pageHeader.transactionAt);
    // Whatever points to a page is written anew with it.
    if (written > transaction) throw this.#corrupt(`page ${number} is of transaction ${written}, after ${transaction}`);
    const isLeaf = depth === head.depth;
    const kind = short(page, pageHeader.kindAt);
    if (kind !== (isLeaf ? pageKind.leaf : pageKind.branch)) throw this.#corrupt(`page ${number} is of kind ${kind}`);
    if (isLeaf) this.#readLeaf(page, number, written, low, high);
    else this.#readBranch(page, number, depth, written, low, high);
  }

  #readBranch(
    page: Buffer,
    number: number,
    depth: number,
    written: number,
    low: KeyAt | null,
    high: KeyAt | null,
  ): void {
    this.#branchPages += 1;
    const count = this.#nodeCount(page, number, depth === 1 || !this.#options.hasNumberKeys ? 2 : 1);
    this.#checkNodes(page, number, count, true);
    let before = low;
    for (let node = 0; node < count && !this.#isCutShort; node += 1) {
      // The first key of a branch means nothing.
      const from = node === 0 ? low : this.#keyOf(page, node);
      const to = node + 1 < count ? this.#keyOf(page, node + 1) : high;
      if (node > 0) {
        if (from !== null && before !== null && this.#compare(before, from) > 0) throw this.#disorder(number);
        before = from;
      }
      if (from !== null && to !== null && this.#compare(from, to) >= 0) throw this.#disorder(number);
      if (to !== null && this.#isBefore(to)) continue;
      this.#read(childOf(page, node), depth + 1, written, from, to);
    }
  }

  #readLeaf(page: Buffer, number: number, written: number, low: KeyAt | null, high: KeyAt | null): void {
    const { after = null, isEnough } = this.#options;
    this.#leafPages += 1;
    const count = this.#nodeCount(page, number, 1);
    this.#checkNodes(page, number, count, false);
    let before = low;
    for (let node = 0; node < count; node += 1) {
      const key = this.#keyOf(page, node);
      const order = before === null ? -1 : this.#compare(before, key);
      if (node === 0 ? order > 0 : order >= 0) throw this.#disorder(number);
      before = key;
      this.#entries += 1;
      const isWanted = after === null || this.#compare(whole(after), key) < 0;
      this.#readEntry(page, number, node, key, written, isWanted);
    }
    if (before !== null && high !== null && this.#compare(before, high) >= 0) throw this.#disorder(number);
    // The leaf that the last stretch ended with is read again, and is no progress.
    const isNew = before !== null && (after === null || this.#compare(whole(after), before) < 0);
    if (before === null || !isNew || isEnough?.(this.#bytes) !== true) return;
    this.#isCutShort = true;
    this.#last = Buffer.from(before.bytes.subarray(before.at, before.at + before.length));
  }

  #readEntry(page: Buffer, number: number, node: number, key: KeyAt, written: number, isWanted: boolean): void {
    const { entry, table } = this.#options;
    const at = nodeAt(page, node);
    const flags = short(page, at + nodeHeader.flagsAt);
    const length = valueLength(page, at);
    const valueAt = key.at + key.length;
    if (flags === nodeFlag.overflow) {
      const value = this.#overflow(page, valueAt, number, length, written);
      if (isWanted) entry?.(Buffer.concat([page.subarray(key.at, valueAt), value]), 0, key.length, key.length, length);
    } else if (flags === nodeFlag.table && table !== undefined) {
      if (length !== tableHeadBytes) throw this.#corrupt(`page ${number} has a table's head of ${length} bytes`);
      // lmdb-js ends names with a zero byte.
      table(page.toString('latin1', key.at, valueAt - 1), readTableHead(page, valueAt), written);
    } else if (flags !== 0) {
      throw this.#corrupt(`page ${number} has an entry with flags ${flags}`);
    } else if (isWanted) {
      entry?.(page, key.at, key.length, valueAt, length);
    }
  }

  /** A value that stands in pages of its own. */
  #overflow(page: Buffer, at: number, number: number, length: number, written: number): Buffer {
    const { file, page: visit } = this.#options;
    const { pageSize } = file.meta;
    const first = long(page, at + overflowReference.numberAt);
    const transaction = long(page, at + overflowReference.transactionAt);
    const count = long(page, at + overflowReference.pagesAt);
    const needed = Math.floor((pageHeader.bytes - 1 + length) / pageSize) + 1;
    if (count !== needed) throw this.#corrupt(`page ${number} has a value of ${length} bytes in ${count} pages`);
    const pages = Buffer.allocUnsafe(count * pageSize);
    file.read(first, pages);
    const kind = short(pages, pageHeader.kindAt);
    const claimed = word(pages, pageHeader.pagesAt);
    const stamp = long(pages, pageHeader.transactionAt);
    if (kind !== pageKind.overflow || claimed !== count || stamp !== transaction || stamp > written) {
      throw this.#corrupt(`pages from ${first} are not the value that page ${number} points to`);
    }
    for (let one = 0; one < count; one += 1) visit?.(first + one);
    this.#overflowPages += count;
    this.#bytes += pages.length;
    return pages.subarray(pageHeader.bytes, pageHeader.bytes + length);
  }

  #nodeCount(page: Buffer, number: number, least: number): number {
    const lower = short(page, pageHeader.lowerAt);
    const upper = short(page, pageHeader.upperAt);
    const room = page.length - pageHeader.bytes;
    const isSound = lower % 2 === 0 && lower >= 2 * least && lower <= upper && upper <= room;
    if (!isSound) throw this.#corrupt(`page ${number} has its free space from ${lower} to ${upper}`);
    return lower / 2;
  }

  /** The nodes of a page fill all that is not its free space, so that none of them can be missing. */
  #checkNodes(page: Buffer, number: number, count: number, isBranch: boolean): void {
    const end = page.length;
    const begin = pageHeader.bytes + short(page, pageHeader.upperAt);
    let bytes = 0;
    for (let node = 0; node < count; node += 1) {
      const at = nodeAt(page, node);
      if (at < begin || at % 2 !== 0 || at + nodeHeader.bytes > end)
        throw this.#corrupt(`page ${number} has a node at ${at}`);
      const size = nodeBytes(page, at, isBranch);
      if (at + size > end) throw this.#corrupt(`page ${number} has a node of ${size} bytes at ${at}`);
      bytes += size + (size % 2);
    }
    if (bytes !== end - begin) throw this.#corrupt(`page ${number} has nodes of ${bytes} bytes, not ${end - begin}`);
  }

  #keyOf(page: Buffer, node: number): KeyAt {
    const at = nodeAt(page, node);
    return { bytes: page, at: at + nodeHeader.bytes, length: short(page, at + nodeHeader.keyLengthAt) };
  }

  /** Whether all before that key was read already. */
  #isBefore(to: KeyAt): boolean {
    const { after = null } = this.#options;
    return after !== null && this.#compare(to, whole(after)) <= 0;
  }

  #compare(one: KeyAt, other: KeyAt): number {
    if (!this.#options.hasNumberKeys) {
      return one.bytes.compare(other.bytes, other.at, other.at + other.length, one.at, one.at + one.length);
    }
    if (one.length !== 8 || other.length !== 8) throw this.#corrupt('it has a key that is no number');
    return long(one.bytes, one.at) - long(other.bytes, other.at);
  }

  #disorder(number: number): Error {
    return this.#corrupt(`the keys of page ${number} are not in order`);
  }

  #corrupt(what: string): Error {
    return this.#options.file.corrupt(`${this.#options.name}: ${what}`);
  }
}

const whole = (bytes: Buffer): KeyAt => ({ bytes, at: 0, length: bytes.length });

const nodeAt = (page: Buffer, node: number): number => pageHeader.bytes + short(page, pageHeader.bytes + 2 * node);

const valueLength = (page: Buffer, at: number): number =>
  short(page, at + nodeHeader.lowAt) + short(page, at + nodeHeader.highAt) * 2 ** 16;

const childOf = (page: Buffer, node: number): number => {
  const at = nodeAt(page, node);
  return valueLength(page, at) + short(page, at + nodeHeader.flagsAt) * 2 ** 32;
};

function nodeBytes(page: Buffer, at: number, isBranch: boolean): number {
  const head = nodeHeader.bytes + short(page, at + nodeHeader.keyLengthAt);
  if (isBranch) return head;
  const isElsewhere = short(page, at + nodeHeader.flagsAt) === nodeFlag.overflow;
  return head + (isElsewhere ? overflowReference.bytes : valueLength(page, at));
}
