import type { GroupAccess } from '../group-access.ts';
import type { Entry, Store } from '../store.ts';
import { sleep } from '../wait.ts';
import { KeyNews } from './key-news.ts';
import type { CampaignOptions, ElectedLeader, Election, Leadership } from './lock.ts';
import type { LocksClient } from './locks-client.ts';
import { isPassing, retryMs } from './passing.ts';

/** So long after the last look, at most, whoever observes looks again. */
const lookAgainMs = 1_000;

/** An election is a lock that says what its holder wants it to say. */
export class ElectionClient implements Election {
  readonly #access: GroupAccess;
  readonly #store: Pick<Store, 'get'>;
  readonly #locks: LocksClient;
  readonly #name: string;

  constructor(access: GroupAccess, store: Pick<Store, 'get'>, locks: LocksClient, name: string) {
    this.#access = access;
    this.#store = store;
    this.#locks = locks;
    this.#name = name;
  }

  campaign(value: string | Uint8Array, options: CampaignOptions = {}): Promise<Leadership> {
    return this.#locks.lock(this.#name, { ...options, value });
  }

  async leader(): Promise<ElectedLeader | null> {
    const entry = await this.#store.get(this.#name);
    return entry === null ? null : { value: entry.value, token: entry.createRevision };
  }

  observe({ signal }: { readonly signal?: AbortSignal } = {}): AsyncIterable<ElectedLeader | null> {
    return { [Symbol.asyncIterator]: () => this.#observe(signal) };
  }

  async *#observe(signal: AbortSignal | undefined): AsyncGenerator<ElectedLeader | null, undefined> {
    const lifetime = this.#access.lifetime.child(signal);
    const news = new KeyNews(this.#access, this.#name);
    let shown: bigint | null = null;
    try {
      for (;;) {
        const mark = news.mark();
        const entry = await this.#entry(signal);
        if (entry === 'unknown') {
          await sleep(retryMs, this.#access.clock, lifetime);
          continue;
        }
        const revision = entry?.modRevision ?? 0n;
        if (revision !== shown) yield entry === null ? null : { value: entry.value, token: entry.createRevision };
        shown = revision;
        await news.since(mark, lookAgainMs, lifetime);
      }
    } finally {
      news.close();
      lifetime.over();
    }
  }

  async #entry(signal: AbortSignal | undefined): Promise<Entry | 'unknown' | null> {
    try {
      return await this.#store.get(this.#name, signal === undefined ? {} : { signal });
    } catch (error) {
      if (!isPassing(error)) throw error;
      return 'unknown';
    }
  }
}
