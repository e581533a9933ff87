import type { SnapshotRecord } from '../storage/snapshot-files.ts';

/** How a snapshot is cut and paced. */
export interface SendingSettings {
  readonly snapshotChunkBytes: number;
  readonly maxInflightChunks: number;
}

/** After so many heartbeat intervals without an answer what is on its way is taken for lost. */
const patienceIntervals = 4;

/** A peer that has not answered for so many heartbeat intervals is not waited for: it may never come back, and the log would grow for it. */
const intervalsToLive = 40;

/** So often the peer says the same again when a chunk in between was lost. */
const repeatsOfALoss = 2;

/** A snapshot on its way to one peer: what it has, and what was sent ahead of its answers. */
export class SnapshotSending {
  readonly record: SnapshotRecord;
  readonly #settings: SendingSettings;
  #ackedOffset = 0;
  #nextOffset = 0;
  /** Until the peer has said how much it has already, one chunk asks. */
  #isKnown = false;
  #silentIntervals = 0;
  /** How many intervals have passed since the last answer. */
  #unanswered = 0;
  #repeats = 0;

  constructor(record: SnapshotRecord, settings: SendingSettings) {
    this.record = record;
    this.#settings = settings;
  }

  /** Whether the peer is there, as far as is known: what follows the snapshot must stay in the log for it. */
  get isAwaited(): boolean {
    return this.#unanswered < intervalsToLive;
  }

  /** The offset of the next chunk to send, or null if the window is full or all was sent. */
  next(): number | null {
    const { snapshotChunkBytes, maxInflightChunks } = this.#settings;
    const window = (this.#isKnown ? maxInflightChunks : 1) * snapshotChunkBytes;
    if (this.#nextOffset >= this.record.bytes || this.#nextOffset >= this.#ackedOffset + window) return null;
    const offset = this.#nextOffset;
    this.#nextOffset += snapshotChunkBytes;
    return offset;
  }

  /** The peer has all before `offset`. True if that is all there is. */
  acknowledge(offset: number): boolean {
    this.#silentIntervals = 0;
    this.#unanswered = 0;
    this.#isKnown = true;
    this.#repeats = offset > this.#ackedOffset ? 0 : this.#repeats + 1;
    this.#ackedOffset = Math.max(this.#ackedOffset, offset);
    this.#nextOffset = Math.max(this.#nextOffset, this.#ackedOffset);
    if (this.#repeats === repeatsOfALoss) {
      // It has less than it had if what came to it turned out to be damaged.
      this.#ackedOffset = offset;
      this.#nextOffset = offset;
    }
    return this.#ackedOffset >= this.record.bytes;
  }

  /** A heartbeat interval has passed. What nobody answers is sent again, and true is returned then. */
  intervalPassed(): boolean {
    this.#unanswered += 1;
    this.#silentIntervals += 1;
    if (this.#silentIntervals < patienceIntervals) return false;
    this.#silentIntervals = 0;
    this.#nextOffset = this.#ackedOffset;
    return true;
  }
}
