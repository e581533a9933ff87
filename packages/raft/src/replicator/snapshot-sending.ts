import type { RaftSettings } from '../settings.ts';
import type { SnapshotRecord } from '../storage/snapshot-files.ts';
import { SendingWindow } from './sending-window.ts';

/** How a snapshot is cut and paced, and how long a peer is waited for. */
export type SendingSettings = Pick<
  RaftSettings,
  'snapshotChunkBytes' | 'maxInflightChunks' | 'snapshotPatienceMs' | 'heartbeatIntervalMs'
>;

/** A peer that has never answered for so many heartbeat intervals is not waited for: it may never come, and the log would grow for it. */
const intervalsToAnswer = 40;

/** So often the peer says the same again when a chunk in between was lost. */
const repeatsOfALoss = 2;

/** How much of a snapshot a peer has stored. */
export interface SnapshotTransfer {
  readonly storedBytes: number;
  readonly totalBytes: number;
}

/** A stretch of the snapshot that is to be sent. */
export interface Stretch {
  readonly offset: number;
  readonly maxBytes: number;
}

/** When what ends at some offset was sent. What was sent before as well tells nothing: nobody knows which of the two is answered (Karn). */
interface Sent {
  readonly bytes: number;
  readonly atMs: number;
  readonly isRepeated: boolean;
}

/** A snapshot on its way to one peer: what it has, and what was sent ahead of its answers. */
export class SnapshotSending {
  readonly record: SnapshotRecord;
  readonly #window: SendingWindow;
  readonly #patienceMs: { readonly unheard: number; readonly heard: number };
  readonly #beganAtMs: number;
  /** By the offset behind it. */
  readonly #sent = new Map<number, Sent>();
  #ackedOffset = 0;
  #nextOffset = 0;
  /** All before was sent at least once. */
  #sentOffset = 0;
  /** Until the peer has said how much it has already, one chunk asks. */
  #heardAtMs: number | null = null;
  /** Since when nobody has answered, and nothing was sent again. */
  #quietSinceMs: number;
  #repeats = 0;

  constructor(record: SnapshotRecord, settings: SendingSettings, nowMs: number) {
    this.record = record;
    const { snapshotChunkBytes, maxInflightChunks, heartbeatIntervalMs, snapshotPatienceMs } = settings;
    this.#window = new SendingWindow({
      maxChunkBytes: snapshotChunkBytes,
      maxBytes: snapshotChunkBytes * maxInflightChunks,
      maxQueueingMs: heartbeatIntervalMs,
    });
    this.#patienceMs = { unheard: intervalsToAnswer * heartbeatIntervalMs, heard: snapshotPatienceMs };
    this.#beganAtMs = nowMs;
    this.#quietSinceMs = nowMs;
  }

  /**
   * Whether the peer is there, as far as is known, or was so lately that its transfer is worth going on with: it may be checking all that has come, or have lost
   * its connection for a while. What follows the snapshot must stay in the log for it, or it never gets one (hashicorp/raft#697).
   */
  isAwaited(nowMs: number): boolean {
    if (this.#heardAtMs === null) return nowMs - this.#beganAtMs < this.#patienceMs.unheard;
    return nowMs - this.#heardAtMs < this.#patienceMs.heard;
  }

  /** How far it is, by what the peer has said. */
  get progress(): SnapshotTransfer {
    return { storedBytes: this.#ackedOffset, totalBytes: this.record.bytes };
  }

  /** The next stretch to send, or null if the window is full or all was sent. */
  next(nowMs: number): Stretch | null {
    const offset = this.#nextOffset;
    const maxBytes = Math.min(this.#window.chunkBytes, this.record.bytes - offset);
    const aheadBytes = offset - this.#ackedOffset;
    const isFull = aheadBytes > 0 && (this.#heardAtMs === null || aheadBytes + maxBytes > this.#window.bytes);
    if (maxBytes <= 0 || isFull) return null;
    this.#nextOffset += maxBytes;
    this.#sent.set(this.#nextOffset, { bytes: maxBytes, atMs: nowMs, isRepeated: offset < this.#sentOffset });
    this.#sentOffset = Math.max(this.#sentOffset, this.#nextOffset);
    return { offset, maxBytes };
  }

  /** The peer has all before `offset`. True if that is all there is. */
  acknowledge(offset: number, nowMs: number): boolean {
    this.#heardAtMs = nowMs;
    this.#quietSinceMs = nowMs;
    const isMore = offset > this.#ackedOffset;
    this.#repeats = isMore ? 0 : this.#repeats + 1;
    // Not only by what is measured: in a storm all is sent twice, and nothing is.
    if (isMore) this.#window.endBackoff();
    this.#measure(offset, nowMs);
    this.#ackedOffset = Math.max(this.#ackedOffset, offset);
    this.#nextOffset = Math.max(this.#nextOffset, this.#ackedOffset);
    // It has less than it had if what came to it turned out to be damaged.
    if (this.#repeats === repeatsOfALoss) {
      this.#window.lost(nowMs);
      this.#goBackTo(offset, nowMs);
    }
    return this.#ackedOffset >= this.record.bytes;
  }

  /** Time has passed. What nobody answers for longer than answers take is sent again, and true is returned then. */
  timePassed(nowMs: number): boolean {
    if (nowMs - this.#quietSinceMs < this.#window.timeoutMs) return false;
    this.#window.timedOut(nowMs);
    this.#goBackTo(this.#ackedOffset, nowMs);
    this.#repeats = 0;
    return true;
  }

  /** The peer was away, and says something again: what was sent meanwhile went to nobody. */
  peerIsBack(nowMs: number): void {
    this.#window.endBackoff();
    this.#goBackTo(this.#ackedOffset, nowMs);
    this.#repeats = 0;
  }

  #goBackTo(offset: number, nowMs: number): void {
    this.#sent.clear();
    this.#quietSinceMs = nowMs;
    this.#ackedOffset = offset;
    this.#nextOffset = offset;
  }

  #measure(offset: number, nowMs: number): void {
    for (const [end, { bytes, atMs, isRepeated }] of this.#sent) {
      if (end > offset) return;
      this.#sent.delete(end);
      if (!isRepeated) this.#window.answered(bytes, nowMs - atMs, nowMs);
    }
  }
}
