/** What is larger has memory of its own. */
const largestPiece = 2 * 1024;
const slabBytes = 16 * 1024;

let slab = new Uint8Array(0);
let taken = 0;

/**
 * A copy of bytes that are about to change. Small ones share slabs, of which no piece is given out twice: memory of its own for each message of some hundred
 * bytes costs more than to write the message, when it is taken and again when the garbage collector finds it.
 */
export function keepBytes(bytes: Uint8Array): Uint8Array {
  const size = bytes.length;
  if (size > largestPiece) return new Uint8Array(bytes);
  if (size > slab.length - taken) {
    slab = new Uint8Array(slabBytes);
    taken = 0;
  }
  const kept = new Uint8Array(slab.buffer, taken, size);
  kept.set(bytes);
  taken += size;
  return kept;
}
