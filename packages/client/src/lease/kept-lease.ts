import type { Clock } from '../clock.ts';
import { LeaseExpired, LeaseOfAnother, UnknownLease } from '../errors.ts';
import type { Lifetime } from '../lifetime.ts';
import { sleep } from '../wait.ts';
import type { HeldLease } from './leases.ts';

/** What a lease that is kept alive stands on. */
export interface KeptLeaseOptions {
  readonly lease: bigint;
  readonly ttlMs: number;
  /** When it was asked for, by the clock: its time began then or later. */
  readonly askedAtMs: number;
  readonly clock: Clock;
  readonly lifetime: Lifetime;
  /** Keeps it alive; rejects with what went wrong. */
  readonly keepAlive: (timeoutMs: number) => Promise<unknown>;
  readonly revoke: () => Promise<unknown>;
}

/** So long after an attempt that failed the next one is made. */
const retryMs = 100;
/** The leader's clock may run faster than this one: the holder takes the lease for lost so much of its time earlier. */
const driftMargin = 0.05;
/** An attempt has a node to itself for so long: a lease of a day is not to wait for one that hangs for hours. */
const longestAttemptMs = 5_000;

/** A lease that is kept alive, as far as its holder knows. */
export class KeptLease implements HeldLease {
  readonly lease: bigint;
  readonly ttlMs: number;
  readonly #options: KeptLeaseOptions;
  readonly #lost = new AbortController();
  /** Its own, so that nothing is kept alive after its end. */
  readonly #lifetime: Lifetime;
  /** From sending, not from the answer: that may have been long on its way. */
  #keptAtMs: number;
  #isReleased = false;
  /** A node has said so: there is nothing to revoke. */
  #isGone = false;
  #stopTimer: () => void = () => {};
  #released: Promise<void> | null = null;

  constructor(options: KeptLeaseOptions) {
    const { lease, ttlMs, lifetime, askedAtMs } = options;
    this.lease = lease;
    this.ttlMs = ttlMs;
    this.#options = options;
    this.#lifetime = lifetime.child();
    this.#keptAtMs = askedAtMs;
    // A store that is closed keeps nothing alive: whoever holds something by it is told.
    this.#lifetime.onEnd(() => {
      this.#stopTimer();
      this.#lose(this.#lifetime.error);
    });
    this.#restartTimer();
    this.#keep().catch(() => {});
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    this.#isReleased = true;
    this.#lifetime.end(new LeaseExpired({ lease: String(this.lease) }));
    // If that is lost it ends by itself.
    if (!this.#isGone) await this.#options.revoke().catch(() => {});
  }

  /** It may be over when nothing was heard of it for its time: whoever holds something by it is told before. */
  #restartTimer(): void {
    this.#stopTimer();
    const { clock } = this.#options;
    const leftMs = this.#keptAtMs + this.#holdsMs - clock.now();
    this.#stopTimer = clock.startTimer(Math.max(0, leftMs), () => {
      this.#lifetime.end(new LeaseExpired({ lease: String(this.lease) }, this.#silenceText()));
    });
  }

  get #holdsMs(): number {
    return this.ttlMs * (1 - driftMargin);
  }

  #lose(reason: unknown): void {
    if (!this.#isReleased) this.#lost.abort(reason);
  }

  async #keep(): Promise<void> {
    const { clock } = this.#options;
    for (;;) {
      await sleep(Math.max(0, this.#keptAtMs + this.ttlMs / 3 - clock.now()), clock, this.#lifetime);
      for (let isKept = false; !isKept; ) {
        isKept = await this.#attempt();
        if (!isKept) await sleep(retryMs, clock, this.#lifetime);
      }
    }
  }

  /** Whether it is kept alive. */
  async #attempt(): Promise<boolean> {
    const { clock, keepAlive } = this.#options;
    const sentAtMs = clock.now();
    const leftMs = Math.max(1, Math.ceil(this.#keptAtMs + this.#holdsMs - sentAtMs));
    try {
      await keepAlive(Math.min(leftMs, longestAttemptMs));
      if (this.#lifetime.ended) return true;
      this.#keptAtMs = sentAtMs;
      this.#restartTimer();
      return true;
    } catch (error) {
      if (isEnd(error)) {
        this.#isGone = true;
        this.#lifetime.end(error);
      }
      return false;
    }
  }

  #silenceText(): string {
    return `lease ${this.lease} could not be kept alive for ${Math.floor(this.#holdsMs)} ms: it may expire`;
  }
}

/** Whether the lease is no more, or was never this one's. */
const isEnd = (error: unknown): boolean =>
  error instanceof LeaseExpired || error instanceof UnknownLease || error instanceof LeaseOfAnother;
