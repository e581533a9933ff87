import { type WatchedChange as StoredChange, WatchAssembly, type WatchRequest } from '@quorate/config-store';
import { decodeWatchPage, encodeWatchRequest, type NodeWatchPage } from '@quorate/wire';
import type { Clock } from './clock.ts';
import { isOrderlyEnd } from './endable-iteration.ts';
import { AnotherCluster } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import type { Link } from './link.ts';
import { mayPass } from './passing-errors.ts';
import type { Router } from './router.ts';
import { toEntry, toKeyChange } from './stored-value.ts';
import { sleep } from './wait.ts';
import type { WatchedChange, WatchedRevision } from './watch.ts';

/** What an iteration over changes is made from. */
export interface WatchFeedOptions {
  readonly link: Link;
  readonly router: Pick<Router, 'request'>;
  readonly clock: Clock;
  /** The iteration's own. */
  readonly lifetime: Lifetime;
  readonly what: Omit<WatchRequest, 'from'>;
  /** Gives the first revision that is wanted. */
  readonly begin: () => Promise<number>;
  /** Whether revisions are told in which nothing was changed. */
  readonly progress: boolean;
  /** How long to go on without an answer from any node; Infinity for ever. */
  readonly giveUpMs: number;
}

/** A node keeps a question for so long until there is something. Then another is asked: a node that is cut off from the others does not know that there is more. */
const longestWaitMs = 20_000;
/** After the node that was asked first is gone. */
const elsewhereMs = 5_000;
const pauseMs = 100;

/**
 * Iterates over revisions: each once, whole and in order. It asks a node for what comes after the last one that it has, which is all that there is to a
 * watch: so it goes on with any node, and neither the watcher nor a node has to keep anything for the other.
 */
export async function* watchedRevisions(options: WatchFeedOptions): AsyncGenerator<WatchedRevision, undefined> {
  const { lifetime } = options;
  try {
    yield* new WatchFeed(options).revisions();
  } catch (error) {
    if (!isOrderlyEnd(error)) throw error;
  } finally {
    lifetime.over();
  }
}

/** The changes of revisions, one by one. Whoever ends it ends the revisions. */
export function changesOf(revisions: AsyncIterableIterator<WatchedRevision>): AsyncIterableIterator<WatchedChange> {
  const changes = (async function* (): AsyncGenerator<WatchedChange, undefined> {
    for await (const revision of revisions) yield* revision.changes;
  })();
  return {
    next: () => changes.next(),
    return: async () => {
      await revisions.return?.();
      return changes.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

class WatchFeed {
  readonly #options: WatchFeedOptions;
  /** Who had the last changes. */
  #node: string | null = null;
  /** The cluster that is watched, once a page has told. */
  #clusterId: string | null = null;
  #heardAtMs: number;

  constructor(options: WatchFeedOptions) {
    this.#options = options;
    this.#heardAtMs = options.clock.now();
  }

  async *revisions(): AsyncGenerator<WatchedRevision, undefined> {
    const { begin, lifetime, progress } = this.#options;
    const assembly = new WatchAssembly(await this.#untilItPasses(begin));
    while (!lifetime.ended) {
      let given = assembly.seen;
      const page = await this.#untilItPasses(() => this.#ask(assembly.next));
      for (const { revision, changes } of assembly.take(page)) {
        if (lifetime.ended) throw lifetime.error;
        yield { revision: BigInt(revision), changes: changes.map(toWatchedChange) };
        given = revision;
      }
      if (progress && assembly.seen > given) yield { revision: BigInt(assembly.seen), changes: [] };
      this.#node = page.changes.length > 0 ? page.node : this.#nextNode(page.node);
    }
    throw lifetime.error;
  }

  /** Nothing for as long as a node waits: whoever takes the question is asked where to go on. */
  #nextNode(node: string): string | null {
    return this.#node === null ? node : null;
  }

  async #ask(from: WatchRequest['from']): Promise<NodeWatchPage> {
    const { router, lifetime, what, giveUpMs } = this.#options;
    const attemptMs = Math.min(longestWaitMs, giveUpMs);
    const first = this.#node === null ? undefined : { node: this.#node, attemptMs };
    const body = await router.request({
      endpoint: 'watch',
      kind: 'read',
      body: encodeWatchRequest({ ...what, from }),
      anyNode: true,
      first,
      timeoutMs: (first === undefined ? 0 : attemptMs) + Math.min(elsewhereMs, giveUpMs),
      lifetime,
    });
    const page = decodeWatchPage(body);
    this.#clusterId ??= page.clusterId;
    if (page.clusterId !== this.#clusterId) {
      throw new AnotherCluster(
        'another cluster has the name now of the one that was watched: read its state, and watch from there',
      );
    }
    return page;
  }

  async #untilItPasses<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const { clock, lifetime } = this.#options;
    this.#heardAtMs = clock.now();
    for (;;) {
      try {
        return await attempt();
      } catch (error) {
        this.#checkPassing(error);
        this.#node = null;
        await sleep(pauseMs * (0.5 + clock.random()), clock, lifetime);
      }
    }
  }

  #checkPassing(error: unknown): void {
    const { link, lifetime, clock, giveUpMs } = this.#options;
    if (!mayPass(error) || lifetime.ended || link.broken !== null) throw error;
    if (clock.now() - this.#heardAtMs >= giveUpMs) throw error;
  }
}

const toWatchedChange = (change: StoredChange): WatchedChange => {
  const { key, previous, previousOmitted } = change;
  return { ...toKeyChange(change), key, previous: previous === null ? null : toEntry(previous), previousOmitted };
};
