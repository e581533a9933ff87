import type { Lifetime } from '../lifetime.ts';
import type { KeyInfo, Store } from '../store.ts';
import type { Comparison, Fence } from '../transaction.ts';
import type { KeyNews } from './key-news.ts';

/** So long after the last look, at most, whoever waits looks again: a change may not have been heard of. */
const lookAgainMs = 1_000;

/** What whoever stands in line stands there with. */
export interface WaitingLineOptions {
  readonly store: Pick<Store, 'get' | 'keys' | 'txn'>;
  readonly news: KeyNews;
  readonly name: string;
  /** The keys of which one is to be made. */
  readonly slots: readonly string[];
  /** All keys that are made go with it: who is no more does not stand in anyone's way. */
  readonly lease: bigint;
  readonly value: string | Uint8Array;
  readonly lifetime: Lifetime;
}

/**
 * Those who wait for a lock, in the order in which they came: each has a key under `NAME/waiting/`, and takes the lock when nobody came before it and a slot is free. That both are so is
 * compared in the transaction that takes it, so that what was read before may be old.
 */
export class WaitingLine {
  readonly #options: WaitingLineOptions;
  readonly #prefix: string;

  constructor(options: WaitingLineOptions) {
    this.#options = options;
    this.#prefix = `${options.name}/waiting/`;
  }

  /** Resolves with the slot that was taken, and its token. */
  async take(): Promise<Fence> {
    const { news, lifetime } = this.#options;
    for (;;) {
      const mark = news.mark();
      const taken = await this.#tryOnce(true);
      if (taken !== null) return taken;
      await news.since(mark, lookAgainMs, lifetime);
    }
  }

  /** The same if it can be done without waiting; null otherwise. */
  async tryTake(): Promise<Fence | null> {
    return this.#tryOnce(false);
  }

  async #tryOnce(mayQueue: boolean): Promise<Fence | null> {
    const { lease, slots, store } = this.#options;
    const [taken, waiting] = await Promise.all([
      this.#taken(),
      all(store.keys({ prefix: this.#prefix, pageLimit: 1000 })),
    ]);
    // An answer may have been lost.
    const own = taken.find((slot) => slot.lease === lease);
    if (own !== undefined) return { lock: own.key, token: own.createRevision };
    const mine = waiting.find((one) => one.lease === lease) ?? null;
    const isFirst = waiting.every(({ createRevision }) => mine !== null && createRevision >= mine.createRevision);
    const free = slots.find((slot) => !taken.some(({ key }) => key === slot));
    if (isFirst && free !== undefined) return this.#takeSlot(free, mine);
    if (mine === null && mayQueue) await this.#queue();
    return null;
  }

  async #taken(): Promise<readonly KeyInfo[]> {
    const { store, slots } = this.#options;
    const [only, ...others] = slots;
    if (only === undefined || others.length > 0)
      return all(store.keys({ prefix: slotPrefix(this.#options.name), pageLimit: 1000 }));
    const entry = await store.get(only);
    return entry === null ? [] : [entry];
  }

  async #takeSlot(slot: string, mine: KeyInfo | null): Promise<Fence | null> {
    const { store, value, lease } = this.#options;
    const nobodyBefore: Comparison =
      mine === null
        ? { prefix: this.#prefix, exists: false }
        : { prefix: this.#prefix, createRevision: { '>': mine.createRevision - 1n } };
    const { succeeded, revision } = await store.txn({
      compare: [{ key: slot, exists: false }, nobodyBefore],
      then: [
        { op: 'put', key: slot, value, lease },
        ...(mine === null ? [] : [{ op: 'delete', key: mine.key } as const]),
      ],
    });
    return succeeded ? { lock: slot, token: revision } : null;
  }

  async #queue(): Promise<void> {
    const { store, lease } = this.#options;
    const key = `${this.#prefix}${lease}`;
    await store.txn({ compare: [{ key, exists: false }], then: [{ op: 'put', key, value: '', lease }] });
  }
}

/** Where the slots of a semaphore are. */
export const slotPrefix = (name: string): string => `${name}/slot/`;

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
