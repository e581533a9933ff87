/** How the sending of a snapshot is bounded. */
export interface SendingLimits {
  /** A chunk is no larger. */
  readonly maxChunkBytes: number;
  /** So many bytes are on their way at most. */
  readonly maxBytes: number;
  /** So much longer than the fastest a chunk may take: what is on its way waits in queues then, and heartbeats behind it. */
  readonly maxQueueingMs: number;
}

/** No chunk is smaller, but by its limit: on a link so slow that this is long, nothing helps. */
const leastChunkBytes = 4096;
/** So many chunks are on their way, once there is room for them. */
const chunksAhead = 4;
/** The fastest of so long ago counts no more: a link may have become slower. */
const memoryMs = 10_000;
const leastTimeoutMs = 200;
const mostTimeoutMs = 10_000;

/**
 * How much of a snapshot may be on its way to a peer at once. It begins with one small chunk, and follows the delay that it sees: it grows while answers take about
 * as long as the fastest one, and shrinks when they take longer (LEDBAT, RFC 6817; AIMD). So what is on its way fills no queue in which a leader's
 * heartbeats would wait behind it: a leader with a slow link would be deposed by the snapshot that it gives away.
 */
export class SendingWindow {
  readonly #limits: SendingLimits;
  #bytes: number;
  /** Until the first sign of a queue it doubles with each round, then it grows by a chunk. */
  #isSlowStart = true;
  #fastest: { readonly tookMs: number; readonly atMs: number } | null = null;
  #smoothedMs: number | null = null;
  #varianceMs = 0;
  #backoff = 1;
  #shrunkAtMs = Number.NEGATIVE_INFINITY;

  constructor(limits: SendingLimits) {
    this.#limits = limits;
    this.#bytes = this.#leastBytes;
  }

  /** So many bytes may be on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The size of the next chunk. */
  get chunkBytes(): number {
    const { maxChunkBytes } = this.#limits;
    return Math.min(maxChunkBytes, Math.max(this.#leastBytes, Math.floor(this.#bytes / chunksAhead)));
  }

  /** A chunk that takes longer is taken for lost: by what the others took (RFC 6298), and longer each time that one was lost. */
  get timeoutMs(): number {
    const usualMs = (this.#smoothedMs ?? 0) + 4 * this.#varianceMs;
    return Math.min(mostTimeoutMs, this.#backoff * Math.max(leastTimeoutMs, usualMs));
  }

  /** The peer is there, and has more than it had, or is back: what did not come in time before says nothing about what is sent now. */
  endBackoff(): void {
    this.#backoff = 1;
  }

  /** A chunk of so many bytes has come. */
  answered(bytes: number, tookMs: number, nowMs: number): void {
    this.#measure(tookMs);
    if (this.#fastest === null || tookMs <= this.#fastest.tookMs || nowMs - this.#fastest.atMs > memoryMs) {
      this.#fastest = { tookMs, atMs: nowMs };
    }
    const room = 1 - (tookMs - this.#fastest.tookMs) / this.#limits.maxQueueingMs;
    if (room < 0) this.#shrink(0.7, tookMs, nowMs);
    else this.#grow(bytes * room);
  }

  /** A chunk was lost, says the peer, which has got others. */
  lost(nowMs: number): void {
    this.#shrink(0.5, this.timeoutMs, nowMs);
  }

  /** A chunk did not come in time. */
  timedOut(nowMs: number): void {
    this.lost(nowMs);
    this.#backoff *= 2;
  }

  get #leastBytes(): number {
    return Math.min(leastChunkBytes, this.#limits.maxChunkBytes);
  }

  #grow(bytes: number): void {
    const more = this.#isSlowStart ? bytes : (bytes * this.chunkBytes) / this.#bytes;
    this.#bytes = Math.min(this.#limits.maxBytes, this.#bytes + more);
  }

  /** Once for all that was on its way together. */
  #shrink(factor: number, roundMs: number, nowMs: number): void {
    this.#isSlowStart = false;
    if (nowMs - this.#shrunkAtMs < roundMs) return;
    this.#shrunkAtMs = nowMs;
    this.#bytes = Math.max(this.#leastBytes, this.#bytes * factor);
  }

  #measure(tookMs: number): void {
    if (this.#smoothedMs === null) {
      this.#smoothedMs = tookMs;
      this.#varianceMs = tookMs / 2;
      return;
    }
    this.#varianceMs += (Math.abs(tookMs - this.#smoothedMs) - this.#varianceMs) / 4;
    this.#smoothedMs += (tookMs - this.#smoothedMs) / 8;
  }
}
