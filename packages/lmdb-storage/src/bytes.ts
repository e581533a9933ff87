const high = 2 ** 32;

/** Writes a counter as 8 bytes, big-endian. @throws {RangeError} if it is no safe integer or negative */
export function writeCounter(target: Buffer, value: number, offset: number): void {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no counter`);
  target.writeUInt32BE(Math.floor(value / high), offset);
  target.writeUInt32BE(value % high, offset + 4);
}

/** Reads what `writeCounter` wrote. Of bytes that it did not write the result may be no safe integer. */
export function readCounter(source: Buffer, offset: number): number {
  return source.readUInt32BE(offset) * high + source.readUInt32BE(offset + 4);
}

/** The same bytes as a Buffer, without copying. */
export function bufferOn(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A part of a buffer as plain bytes, without copying. */
export function bytesOf(buffer: Buffer, from: number, to: number): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset + from, to - from);
}
