import { entryBytes } from '../storage/entry-bytes.ts';
import type { LogIndex } from '../types.ts';

interface Placed {
  readonly index: LogIndex;
  readonly bytes: number;
}

/**
 * How many bytes of commands wait for a place in the log, or have one and are not committed. There is a limit, or a leader whose
 * quorum is slow or gone would take until its memory is full. What earlier leaders left in the log counts as well (etcd#10167; raft-rs#398): logs
 * would else grow from term to term, and followers whose logs part from them would have ever more to replace.
 */
export class UncommittedBytes {
  readonly #maxBytes: number;
  #waiting = 0;
  #placed: Placed[] = [];
  #placedBytes = 0;
  #inherited = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Office is taken: the log before the no-op holds so many bytes that are not committed. */
  inherit(bytes: number): void {
    this.#inherited = bytes;
  }

  /** Whether a command may be taken. If there is nothing else one is, however long. */
  hasRoomFor(command: { readonly command: Uint8Array }): boolean {
    const { bytes } = this;
    return bytes === 0 || bytes + entryBytes(command) <= this.#maxBytes;
  }

  /** It waits for a place. */
  taken(command: { readonly command: Uint8Array }): void {
    this.#waiting += entryBytes(command);
  }

  /** It waits no more, and got no place. */
  withdrawn(command: { readonly command: Uint8Array }): void {
    this.#waiting -= entryBytes(command);
  }

  /** It has its place. */
  placed(command: { readonly command: Uint8Array; readonly index: LogIndex }): void {
    const bytes = entryBytes(command);
    this.#waiting -= bytes;
    this.#placedBytes += bytes;
    this.#placed.push({ index: command.index, bytes });
  }

  /** All up to `index` is committed, and with it what was inherited: a leader commits nothing before its no-op. */
  committed(index: LogIndex): void {
    this.#inherited = 0;
    const left = this.#placed.findIndex((placed) => placed.index > index);
    for (const { bytes } of this.#placed.splice(0, left === -1 ? this.#placed.length : left))
      this.#placedBytes -= bytes;
  }

  /** All that counts. */
  get bytes(): number {
    return this.#waiting + this.#placedBytes + this.#inherited;
  }
}
