import { MAX_LEASE_KEYS } from '@quorate/config-store';
import { InvalidRequest, LockHeld } from '../errors.ts';
import type { GroupAccess } from '../group-access.ts';
import type { HeldLease } from '../lease/leases.ts';
import type { Lifetime } from '../lifetime.ts';
import type { Store } from '../store.ts';
import type { Fence } from '../transaction.ts';
import { longestTimerMs, sleep } from '../wait.ts';
import { KeyNews } from './key-news.ts';
import type { Leadership, LockOptions } from './lock.ts';
import { LockedSlot } from './locked-slot.ts';
import { isPassing, retryMs } from './passing.ts';
import { slotPrefix, WaitingLine } from './waiting-line.ts';

/** Where locks are taken. */
export class LocksClient {
  readonly #access: GroupAccess;
  readonly #store: Store;

  constructor(access: GroupAccess, store: Store) {
    this.#access = access;
    this.#store = store;
  }

  /** @throws {LockHeld | InvalidKey | KeyTooLarge | InvalidRequest} and what `leases.grant` does */
  lock(name: string, options: LockOptions): Promise<Leadership> {
    return this.#take(name, [name], options);
  }

  /** @throws {LockHeld | InvalidKey | KeyTooLarge | InvalidRequest} and what `leases.grant` does */
  semaphore(name: string, permits: number, options: LockOptions): Promise<Leadership> {
    if (!Number.isInteger(permits) || permits < 1 || permits > MAX_LEASE_KEYS) {
      const reason = `permits ${permits} is no integer from 1 to ${MAX_LEASE_KEYS}`;
      throw new InvalidRequest({ reason, field: 'permits' });
    }
    const slots = Array.from({ length: permits }, (_, at) => `${slotPrefix(name)}${at + 1}`);
    return this.#take(name, slots, options);
  }

  async #take(name: string, slots: readonly string[], options: LockOptions): Promise<Leadership> {
    const { waitMs = Number.POSITIVE_INFINITY, signal, value = '', ...lease } = options;
    if (Number.isNaN(waitMs) || waitMs < 0) {
      throw new InvalidRequest({ reason: `waitMs ${waitMs} is no number from 0`, field: 'waitMs' });
    }
    const { lifetime: parent, clock } = this.#access;
    const waiting = parent.child(signal);
    const mayWait = waitMs > 0;
    // Whoever does not wait looks once, however long that takes; and no timer can be set for ever.
    const isTimed = mayWait && waitMs <= longestTimerMs;
    const stopTimer = isTimed ? clock.startTimer(waitMs, () => waiting.end(new LockHeld(name))) : () => {};
    const news = new KeyNews(this.#access, name);
    let held: HeldLease | null = null;
    try {
      held = await this.#store.leases.hold({ ...lease, ...(signal === undefined ? {} : { signal }) });
      const lost = held.lost;
      lost.addEventListener('abort', () => waiting.end(lost.reason), { once: true });
      const line = new WaitingLine({
        store: this.#store,
        news,
        name,
        slots,
        lease: held.lease,
        value,
        lifetime: waiting,
      });
      const fence = await this.#takeIn(line, name, mayWait, waiting);
      const lifetime = parent.child();
      return new LockedSlot({ store: this.#store, fence, lease: held, news, lifetime });
    } catch (error) {
      news.close();
      await held?.release();
      throw error;
    } finally {
      stopTimer();
      waiting.over();
    }
  }

  async #takeIn(line: WaitingLine, name: string, mayWait: boolean, lifetime: Lifetime): Promise<Fence> {
    for (;;) {
      if (lifetime.ended) throw lifetime.error;
      try {
        const taken = mayWait ? await line.take() : await line.tryTake();
        if (taken === null) throw new LockHeld(name);
        if (lifetime.ended) throw lifetime.error;
        return taken;
      } catch (error) {
        if (!mayWait || !isPassing(error)) throw error;
        await sleep(retryMs, this.#access.clock, lifetime);
      }
    }
  }
}
