import { endianness } from 'node:os';

// How lmdb-js's LMDB lays out a file on 64-bit machines: pages of one size, the first two of which are metas. Numbers
// stand in the machine's own order of bytes.

const isLittle = endianness() === 'LE';
const high = 2 ** 32;

/** Two bytes as a number. */
export const short: (page: Buffer, at: number) => number = isLittle
  ? (page, at) => page.readUInt16LE(at)
  : (page, at) => page.readUInt16BE(at);

/** Four bytes as a number. */
export const word: (page: Buffer, at: number) => number = isLittle
  ? (page, at) => page.readUInt32LE(at)
  : (page, at) => page.readUInt32BE(at);

/** Eight bytes as a number, which is rounded if it is too large to be one of LMDB's. */
export const long: (page: Buffer, at: number) => number = isLittle
  ? (page, at) => page.readUInt32LE(at + 4) * high + page.readUInt32LE(at)
  : (page, at) => page.readUInt32BE(at) * high + page.readUInt32BE(at + 4);

/** The same with a sign: what is negative is exact down to what four bytes hold. */
export function signedLong(page: Buffer, at: number): number {
  const upper = word(page, isLittle ? at + 4 : at);
  return upper < 0x80000000 ? long(page, at) : (upper - high) * high + word(page, isLittle ? at : at + 4);
}

/** What every page begins with: its number, the transaction that wrote it, its kind, and where its free space begins and ends. */
export const pageHeader = {
  bytes: 24,
  numberAt: 0,
  transactionAt: 8,
  kindAt: 18,
  lowerAt: 20,
  upperAt: 22,
  pagesAt: 20,
};

/** Kinds of pages. */
export const pageKind = { branch: 0x01, leaf: 0x02, overflow: 0x04, meta: 0x08 };

/** What every node in a page begins with. In a branch its first six bytes are the number of a page. */
export const nodeHeader = { bytes: 8, lowAt: 0, highAt: 2, flagsAt: 4, keyLengthAt: 6 };

/** Flags of a node: its value stands in overflow pages, or is the head of a table. */
export const nodeFlag = { overflow: 0x01, table: 0x02 };

/** What a node has in the place of a value that stands in overflow pages. */
export const overflowReference = { bytes: 24, numberAt: 0, transactionAt: 8, pagesAt: 16 };

/** The head of a table: how many pages and entries it has, and its root; all ones if it is empty. */
export interface TableHead {
  /** What keys and values it has: 0 in every table that this package makes. */
  readonly flags: number;
  readonly depth: number;
  readonly branchPages: number;
  readonly leafPages: number;
  readonly overflowPages: number;
  readonly entries: number;
  /** Null if it is empty. */
  readonly root: number | null;
}

/** The length of a table's head, in bytes. */
export const tableHeadBytes = 48;

const noPage = 0xffffffff * high + 0xffffffff;

/** Reads a table's head. */
export function readTableHead(bytes: Buffer, at: number): TableHead {
  const root = long(bytes, at + 40);
  return {
    flags: short(bytes, at + 4),
    depth: short(bytes, at + 6),
    branchPages: long(bytes, at + 8),
    leafPages: long(bytes, at + 16),
    overflowPages: long(bytes, at + 24),
    entries: long(bytes, at + 32),
    root: root === noPage ? null : root,
  };
}

/** A meta page: what the file is, as of the transaction that wrote it. */
export interface Meta {
  /** Of LMDB's own format. */
  readonly version: number;
  /** Where it is to be mapped; 0 means anywhere. */
  readonly address: number;
  readonly pageSize: number;
  readonly mapSize: number;
  readonly free: TableHead;
  readonly main: TableHead;
  readonly lastPage: number;
  readonly transaction: number;
}

/** How many bytes of a page are its meta. */
export const metaBytes = 160;

const magic = 0xbeefc0de;

/** Reads a meta page; a text says why it is none. */
export function readMeta(page: Buffer, number: number): Meta | string {
  if (word(page, 24) !== magic) return 'is no LMDB file';
  const pageSize = word(page, 48);
  if (pageSize < 512 || pageSize > 65_536 || (pageSize & (pageSize - 1)) !== 0) {
    return `is no LMDB file: pages of ${pageSize} bytes`;
  }
  if (long(page, pageHeader.numberAt) !== number || short(page, pageHeader.kindAt) !== pageKind.meta) {
    return `has no meta page ${number}`;
  }
  return {
    version: word(page, 28),
    address: long(page, 32),
    pageSize,
    mapSize: long(page, 40),
    free: readTableHead(page, 48),
    main: readTableHead(page, 96),
    lastPage: long(page, 144),
    transaction: long(page, 152),
  };
}
