import { MAX_PAGE_ENTRIES } from '@quorate/config-store';
import {
  CLUSTER_HEADER,
  committedSubject,
  decodeCommitted,
  decodeEntriesPage,
  encodeEntriesRequest,
} from '@quorate/wire';
import type { NatsConnection, Subscription } from 'nats';
import type { Clock } from './clock.ts';
import { toCommittedEntry } from './committed-entry.ts';
import { endableIteration, isOrderlyEnd } from './endable-iteration.ts';
import { type BufferLimits, EntryBuffer } from './entry-buffer.ts';
import { Compacted } from './errors.ts';
import { KnownCluster } from './known-cluster.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';
import { mayPass } from './passing-errors.ts';
import type { Router } from './router.ts';
import type { CommittedEntry } from './store.ts';
import { waitFor } from './wait.ts';

/** What an iteration over the committed entries is made from. */
export interface CommittedFeedOptions {
  readonly cluster: string;
  readonly group: string;
  readonly link: Link;
  readonly router: Pick<Router, 'request'>;
  readonly clock: Clock;
  /** The iteration's own. */
  readonly lifetime: Lifetime;
  readonly fromIndex: number;
  /** How long to go on without an answer from any node; Infinity for ever. */
  readonly giveUpMs: number;
  readonly buffer: BufferLimits;
}

/** A lost last message of the stream shows only when a node is asked. */
const idlePollMs = 1_000;
const fetchTimeoutMs = 5_000;
const firstLagDelayMs = 10;
const longestLagDelayMs = 500;

/** Iterates over the committed entries: each index once, in order, from the stream, and from nodes where the stream has a gap. */
export function committedEntries(options: CommittedFeedOptions): AsyncIterableIterator<CommittedEntry> {
  return endableIteration(new CommittedFeed(options).entries(), options.lifetime);
}

class CommittedFeed {
  readonly #options: CommittedFeedOptions;
  readonly #buffer: EntryBuffer;
  /** The indexes of one cluster say nothing of another's. */
  readonly #cluster = new KnownCluster();
  #subscription: Subscription | null = null;
  #wake: () => void = () => {};
  /** Whether the stream may have missed something that only a node can tell of. */
  #fetchIsDue = true;
  #heardAtMs: number;
  /** The leader is sure to have what is missing; other nodes are asked first, to spare it. */
  #asksLeader = false;
  /** Fetches in a row that brought nothing of what is known to be committed. */
  #fruitless = 0;

  constructor(options: CommittedFeedOptions) {
    this.#options = options;
    this.#buffer = new EntryBuffer(options.fromIndex, options.buffer);
    this.#heardAtMs = options.clock.now();
  }

  async *entries(): AsyncGenerator<CommittedEntry, undefined> {
    const { link, lifetime } = this.#options;
    // The stream first: what is committed while older entries are fetched must not fall between the two.
    const stopListening = link.listen({
      connected: (connection) => this.#subscribe(connection),
      disconnected: () => this.#unsubscribe(),
    });
    try {
      while (!lifetime.ended) {
        const entry = this.#buffer.take();
        if (entry !== null) {
          yield toCommittedEntry(entry);
          this.#heardAtMs = this.#options.clock.now();
        } else if (this.#fetchIsDue || this.#buffer.missing) await this.#fetch();
        else await this.#arrival();
      }
      throw lifetime.error;
    } catch (error) {
      if (isOrderlyEnd(error)) return;
      throw error;
    } finally {
      stopListening();
      this.#unsubscribe();
      lifetime.over();
    }
  }

  #subscribe(connection: NatsConnection): void {
    const { cluster, group } = this.#options;
    this.#fetchIsDue = true;
    this.#wake();
    try {
      this.#subscription = connection.subscribe(committedSubject(cluster, group), {
        callback: (error, message) => {
          if (error === null) this.#streamed(message.data, message.headers?.get(CLUSTER_HEADER) ?? null);
        },
      });
    } catch {
      // The connection broke in this very moment: the next one subscribes again.
    }
  }

  #unsubscribe(): void {
    this.#subscription?.unsubscribe();
    this.#subscription = null;
  }

  #streamed(data: Uint8Array, clusterTag: string | null): void {
    if (!this.#cluster.mayBe(clusterTag)) return;
    try {
      // Until a node has answered nobody knows whose stream it is.
      if (clusterTag !== null && this.#cluster.tag === '') this.#fetchIsDue = true;
      // A copy, which Buffer's slice would not be: what nats.js hands out is a view of what the socket read.
      else this.#buffer.addStreamed(decodeCommitted(new Uint8Array(data)));
    } catch {
      // Whatever it was, it said that there is something to ask for.
      this.#fetchIsDue = true;
    }
    this.#heardAtMs = this.#options.clock.now();
    this.#wake();
  }

  /** Waits for the stream, and after a while of silence looks at the leader. */
  async #arrival(): Promise<void> {
    const { clock } = this.#options;
    if (await this.#pause(idlePollMs * (0.75 + clock.random() / 2), () => true)) return;
    this.#fetchIsDue = true;
    this.#asksLeader = true;
  }

  /** Waits for something to come that is `enough`. False if nothing does in time. */
  async #pause(timeoutMs: number, enough: () => boolean): Promise<boolean> {
    const { clock, lifetime } = this.#options;
    const woken = await waitFor<true>({ clock, lifetime, timeoutMs }, (settle) => {
      this.#wake = () => {
        if (enough()) settle(true);
      };
      return () => {
        this.#wake = () => {};
      };
    });
    return woken === true;
  }

  async #fetch(): Promise<void> {
    this.#fetchIsDue = false;
    try {
      await this.#fetchPage();
    } catch (error) {
      this.#checkPassing(error);
      this.#fetchIsDue = true;
    }
    const isStuck = !this.#buffer.ready && (this.#fetchIsDue || this.#buffer.missing);
    this.#fruitless = isStuck ? this.#fruitless + 1 : 0;
    this.#asksLeader = isStuck && !this.#asksLeader;
    // A node that lags may have caught up soon, and the next one may not lag.
    if (isStuck) await this.#pause(this.#lagDelayMs(), () => this.#buffer.ready);
  }

  async #fetchPage(): Promise<void> {
    const { router, clock, lifetime, giveUpMs } = this.#options;
    const fromIndex = this.#buffer.next;
    const body = encodeEntriesRequest({ fromIndex, limit: MAX_PAGE_ENTRIES });
    const reply = await router.request({
      endpoint: 'entries',
      kind: 'read',
      body,
      anyNode: !this.#asksLeader,
      cluster: this.#cluster,
      timeoutMs: Math.min(fetchTimeoutMs, giveUpMs),
      lifetime,
    });
    this.#heardAtMs = clock.now();
    const page = decodeEntriesPage(reply);
    if (page.firstIndex > fromIndex) throw new Compacted({ firstIndex: String(page.firstIndex) });
    this.#buffer.addFetched(page.entries);
    this.#buffer.knowCommitted(page.commitIndex);
  }

  #checkPassing(error: unknown): void {
    const { link, lifetime, clock, giveUpMs } = this.#options;
    if (!mayPass(error) || lifetime.ended || link.broken !== null) throw error;
    if (clock.now() - this.#heardAtMs >= giveUpMs) throw error;
  }

  #lagDelayMs(): number {
    const { clock } = this.#options;
    return Math.min(longestLagDelayMs, firstLagDelayMs * 2 ** Math.min(this.#fruitless, 10)) * (0.5 + clock.random());
  }
}
