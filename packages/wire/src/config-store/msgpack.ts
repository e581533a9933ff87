import { isUtf8 } from 'node:buffer';
import { Encoder } from '@msgpack/msgpack';
import { keepBytes } from './byte-slab.ts';

/** How deep arrays and maps may stand in one another. No frame of Quorate's needs more than half of it. */
const MAX_DEPTH = 16;

/** Bytes that are not one whole value of msgpack, or hold what no frame of Quorate's has. */
export class MalformedMsgpack extends Error {
  readonly code = 'MalformedMsgpack';
  constructor(what: string) {
    super(what);
    this.name = 'MalformedMsgpack';
  }
}

const encoder = new Encoder();

/** Encodes plain data: null, booleans, numbers, texts, bytes, arrays, and objects with text keys. */
export function encodeMsgpack(value: unknown): Uint8Array {
  return keepBytes(encoder.encodeSharedRef(value));
}

/**
 * Decodes one value that takes up all of `bytes`. Bytes in it are views of `bytes`. It does not use the library's
 * decoder, which lets invalid UTF-8 pass, drops a byte order mark from texts over 200 bytes, and believes lengths
 * before it has the data.
 * @throws {MalformedMsgpack} on trailing bytes, a length beyond the data, too many levels, text that is no UTF-8, an integer
 * that a number cannot hold, an extension, or a map with a key that is no text, is there twice, or is `__proto__`
 */
export function decodeMsgpack(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  reader.end();
  return value;
}

/** A text that is no longer than this, most often a kind or a name, is read byte by byte. */
const shortText = 12;

class Reader {
  readonly #bytes: Uint8Array;
  #view: Buffer | null = null;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes, for what is read seldom, or is long enough. */
  get #buffer(): Buffer {
    const { buffer, byteOffset, byteLength } = this.#bytes;
    this.#view ??= Buffer.from(buffer, byteOffset, byteLength);
    return this.#view;
  }

  end(): void {
    const extra = this.#bytes.length - this.#at;
    if (extra > 0) throw new MalformedMsgpack(`${extra} bytes follow the value`);
  }

  value(depth: number): unknown {
    const head = this.#bytes[this.#take(1)] ?? 0;
    if (head <= 0x7f) return head;
    if (head >= 0xe0) return head - 0x100;
    if (head <= 0x8f) return this.#map(head & 0x0f, depth);
    if (head <= 0x9f) return this.#array(head & 0x0f, depth);
    if (head <= 0xbf) return this.#text(head & 0x1f);
    return this.#longer(head, depth);
  }

  #longer(head: number, depth: number): unknown {
    switch (head) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#binary(this.#unsigned(1 << (head - 0xc4)));
      case 0xca:
        return this.#buffer.readFloatBE(this.#take(4));
      case 0xcb:
        return this.#buffer.readDoubleBE(this.#take(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (head - 0xcc));
      case 0xcf:
        return safe(this.#buffer.readBigUInt64BE(this.#take(8)));
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#signed(1 << (head - 0xd0));
      case 0xd3:
        return safe(this.#buffer.readBigInt64BE(this.#take(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#unsigned(1 << (head - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.#array(this.#unsigned(2 << (head - 0xdc)), depth);
      case 0xde:
      case 0xdf:
        return this.#map(this.#unsigned(2 << (head - 0xde)), depth);
      default:
        throw new MalformedMsgpack(`the type 0x${head.toString(16)} is not known`);
    }
  }

  /** Where the next `size` bytes begin, which are then read. */
  #take(size: number): number {
    const start = this.#at;
    if (size > this.#bytes.length - start) throw new MalformedMsgpack('the data ends within a value');
    this.#at = start + size;
    return start;
  }

  #unsigned(size: number): number {
    let value = 0;
    for (let at = this.#take(size); at < this.#at; at += 1) value = value * 0x100 + (this.#bytes[at] ?? 0);
    return value;
  }

  #signed(size: number): number {
    return this.#buffer.readIntBE(this.#take(size), size);
  }

  #binary(size: number): Uint8Array {
    const start = this.#take(size);
    return this.#bytes.subarray(start, start + size);
  }

  #text(size: number): string {
    const start = this.#take(size);
    const plain = size <= shortText ? this.#plainText(start, size) : null;
    if (plain !== null) return plain;
    if (!isUtf8(this.#buffer.subarray(start, start + size))) throw new MalformedMsgpack('a text is no UTF-8');
    return this.#buffer.toString('utf8', start, start + size);
  }

  /** Null if it is not of ASCII alone. */
  #plainText(start: number, size: number): string | null {
    let text = '';
    for (let at = start; at < start + size; at += 1) {
      const byte = this.#bytes[at] ?? 0;
      if (byte > 0x7f) return null;
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #array(length: number, depth: number): unknown[] {
    this.#enter(length, depth);
    const items: unknown[] = [];
    for (let item = 0; item < length; item += 1) items.push(this.value(depth + 1));
    return items;
  }

  #map(size: number, depth: number): Record<string, unknown> {
    this.#enter(size * 2, depth);
    const map: Record<string, unknown> = {};
    for (let member = 0; member < size; member += 1) {
      const key = this.value(depth + 1);
      if (typeof key !== 'string') throw new MalformedMsgpack('the key of a map is no text');
      if (key === '__proto__' || Object.hasOwn(map, key)) {
        throw new MalformedMsgpack(`a map cannot have the key ${JSON.stringify(key)}, or has it twice`);
      }
      map[key] = this.value(depth + 1);
    }
    return map;
  }

  /** Each value takes a byte at least, so that a length beyond the data is seen before anything is made of it. */
  #enter(values: number, depth: number): void {
    if (depth >= MAX_DEPTH) throw new MalformedMsgpack(`more than ${MAX_DEPTH} levels`);
    if (values > this.#bytes.length - this.#at) throw new MalformedMsgpack('the data ends within a value');
  }
}

function safe(integer: bigint): number {
  const number = Number(integer);
  if (!Number.isSafeInteger(number)) throw new MalformedMsgpack(`${integer} is beyond 2^53 - 1`);
  return number;
}
