import { LockLost } from '../errors.ts';
import type { HeldLease } from '../lease/leases.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Store } from '../store.ts';
import { valueBytes } from '../stored-value.ts';
import type { Fence } from '../transaction.ts';
import type { KeyNews } from './key-news.ts';
import type { Leadership } from './lock.ts';

/** So long after the last look, at most, a holder looks again whether it still is one. */
const lookAgainMs = 5_000;

/** What a lock that is held stands on. */
export interface LockedSlotOptions {
  readonly store: Pick<Store, 'get' | 'put' | 'txn'>;
  readonly fence: Fence;
  readonly lease: HeldLease;
  readonly news: KeyNews;
  /** Its own. */
  readonly lifetime: Lifetime;
}

/** A lock that is held, as far as its holder knows: by its lease, and by looking at its key, which somebody may have removed. */
export class LockedSlot implements Leadership {
  readonly lock: string;
  readonly token: bigint;
  readonly #options: LockedSlotOptions;
  readonly #lost = new AbortController();
  #released: Promise<void> | null = null;

  constructor(options: LockedSlotOptions) {
    const { fence, lease } = options;
    this.lock = fence.lock;
    this.token = fence.token;
    this.#options = options;
    const leaseLost = (): void => this.#lose(lease.lost.reason);
    if (lease.lost.aborted) leaseLost();
    else lease.lost.addEventListener('abort', leaseLost, { once: true });
    this.#look().catch(() => {});
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  async proclaim(value: string | Uint8Array): Promise<void> {
    const { store, fence, lease } = this.#options;
    await store.put(this.lock, valueBytes(value), { lease: lease.lease, fence });
  }

  resign(): Promise<void> {
    return this.release();
  }

  release(): Promise<void> {
    this.#released ??= this.#release();
    return this.#released;
  }

  async #release(): Promise<void> {
    this.#end();
    const { store, lease, fence } = this.#options;
    const key = this.lock;
    await lease.release();
    // Somebody may have put it again without the lease: then it would be held for ever.
    await store.txn({ compare: [{ key, createRevision: fence.token }], then: [{ op: 'delete', key }] }).catch(() => {});
  }

  #lose(reason: unknown): void {
    if (this.#released !== null || this.#lost.signal.aborted) return;
    this.#end();
    this.#lost.abort(reason);
    // Nobody has a use for it any more.
    void this.#options.lease.release();
  }

  #end(): void {
    const { lifetime, news } = this.#options;
    news.close();
    lifetime.end(new LockLost(lossOf(this, 0n)));
  }

  async #look(): Promise<void> {
    const { news, lifetime } = this.#options;
    for (;;) {
      const mark = news.mark();
      const actual = await this.#actualToken();
      if (actual !== null && actual !== this.token) this.#lose(new LockLost(lossOf(this, actual)));
      await news.since(mark, lookAgainMs, lifetime);
    }
  }

  /** 0 if the key goes with another lease, or none: it would outlive its holder. Null if that cannot be known now: then the lease says whether it is held. */
  async #actualToken(): Promise<bigint | null> {
    const { store, lease } = this.#options;
    try {
      const entry = await store.get(this.lock);
      if (entry?.createRevision === this.token && entry.lease !== lease.lease) return 0n;
      return entry?.createRevision ?? 0n;
    } catch {
      return null;
    }
  }
}

const lossOf = (
  { lock, token }: Fence,
  actual: bigint,
): { readonly lock: string; readonly token: string; readonly actual: string } => ({
  lock,
  token: String(token),
  actual: String(actual),
});
