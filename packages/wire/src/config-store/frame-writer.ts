import { keepBytes } from './byte-slab.ts';

const firstBytes = 4 * 1024;
/** A buffer that has grown beyond this for one large frame is not kept for those after it. */
const keptBytes = 256 * 1024;
/** The head of a value and its length take so many bytes at most, and so does an integer. */
const headBytes = 9;

/**
 * Writes the frames that are made for every call, as `encodeMsgpack` would: it is told what each value is, and need not find out. One frame after the other; a
 * frame that was begun and not taken is forgotten with the next.
 */
export class FrameWriter {
  #bytes = new Uint8Array(firstBytes);
  #at = 0;

  /** Begins a frame, which is an array of so many values. */
  begin(length: number): this {
    if (this.#bytes.length > keptBytes) this.#bytes = new Uint8Array(firstBytes);
    this.#at = 0;
    return this.array(length);
  }

  /** An array of so many values, which follow. */
  array(length: number): this {
    this.#need(headBytes);
    if (length <= 0x0f) this.#put(0x90 | length);
    else if (length <= 0xffff) this.#sized(0xdc, length, 2);
    else this.#sized(0xdd, length, 4);
    return this;
  }

  null(): this {
    this.#need(headBytes);
    this.#put(0xc0);
    return this;
  }

  /** An integer from 0 to 2^53 - 1. @throws {RangeError} */
  counter(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no counter`);
    this.#need(headBytes);
    if (value <= 0x7f) this.#put(value);
    else if (value <= 0xff) this.#sized(0xcc, value, 1);
    else if (value <= 0xffff) this.#sized(0xcd, value, 2);
    else if (value <= 0xffff_ffff) this.#sized(0xce, value, 4);
    else {
      this.#sized(0xcf, Math.floor(value / 0x1_0000_0000), 4);
      this.#unsigned(value % 0x1_0000_0000, 4);
    }
    return this;
  }

  bytes(value: Uint8Array): this {
    const size = value.length;
    this.#need(headBytes + size);
    if (size <= 0xff) this.#sized(0xc4, size, 1);
    else if (size <= 0xffff) this.#sized(0xc5, size, 2);
    else this.#sized(0xc6, size, 4);
    this.#bytes.set(value, this.#at);
    this.#at += size;
    return this;
  }

  /** A text of ASCII alone: see `isPlainText`. */
  plainText(value: string): this {
    const size = value.length;
    this.#need(headBytes + size);
    if (size <= 0x1f) this.#put(0xa0 | size);
    else if (size <= 0xff) this.#sized(0xd9, size, 1);
    else this.#sized(0xda, size, 2);
    for (let place = 0; place < size; place += 1) this.#put(value.charCodeAt(place));
    return this;
  }

  /** The frame that was written. */
  take(): Uint8Array {
    return keepBytes(this.#bytes.subarray(0, this.#at));
  }

  #put(byte: number): void {
    this.#bytes[this.#at] = byte;
    this.#at += 1;
  }

  #sized(head: number, value: number, size: 1 | 2 | 4): void {
    this.#put(head);
    this.#unsigned(value, size);
  }

  #unsigned(value: number, size: 1 | 2 | 4): void {
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) this.#put((value >>> shift) & 0xff);
  }

  #need(size: number): void {
    const needed = this.#at + size;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#at));
    this.#bytes = larger;
  }
}

/** The one that frames are written with. */
export const frameWriter = new FrameWriter();

const longestPlainText = 1024;

/** Whether a text may be written as `plainText`: most keys and all names are such. */
export function isPlainText(text: string): boolean {
  if (text.length > longestPlainText) return false;
  for (let place = 0; place < text.length; place += 1) if (text.charCodeAt(place) > 0x7f) return false;
  return true;
}

/** Whether a number may be written as `counter`. */
export const isCounter = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
