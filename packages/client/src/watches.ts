import { encodeQuery } from '@quorate/wire';
import { endableIteration } from './endable-iteration.ts';
import { InvalidQuery, StoreClosed } from './errors.ts';
import type { GroupAccess } from './group-access.ts';
import type { Lifetime } from './lifetime.ts';
import { LiveEntries } from './live-view.ts';
import type { LiveViewOptions, StateOptions, WatchOptions } from './options.ts';
import { answerIn } from './reply-body.ts';
import { stateAndChanges } from './state-and-changes.ts';
import type { Store } from './store.ts';
import { sleep } from './wait.ts';
import type { LiveView, StateOrChanges, Watch, WatchedRevision } from './watch.ts';
import { changesOf, watchedRevisions } from './watch-feed.ts';
import { watchSettings } from './watch-settings.ts';

const statePauseMs = 100;

/** The state has no such options: a caller in plain JavaScript is bound by no type. @throws {InvalidQuery}, and what a watch throws */
function checkState(options: StateOptions): void {
  const other = ['key', 'filter', 'fromRevision'].find((name) => name in options);
  if (other !== undefined) throw new InvalidQuery({ reason: `${other} does not go with the state of keys` });
  watchSettings(options);
}

/** The watches of a store. */
export class Watches {
  readonly #access: GroupAccess;

  constructor(access: GroupAccess) {
    this.#access = access;
  }

  /** Changes alone. */
  watch(options: WatchOptions): Watch {
    const { link, router, clock, lifetime } = this.#access;
    const { what, fromRevision, giveUpMs } = watchSettings(options);
    const revisions = ({ progress = false } = {}): AsyncIterableIterator<WatchedRevision> => {
      const own = lifetime.child(options.signal);
      const begin = async (): Promise<number> => fromRevision ?? (await this.#newestRevision(own)) + 1;
      return endableIteration(
        watchedRevisions({ link, router, clock, lifetime: own, what, begin, progress, giveUpMs }),
        own,
      );
    };
    return { revisions, [Symbol.asyncIterator]: () => changesOf(revisions()) };
  }

  /** The state, which `store` reads, and then changes. */
  withState(options: StateOptions, store: Pick<Store, 'list' | 'watch'>): AsyncIterableIterator<StateOrChanges> {
    checkState(options);
    const { clock, lifetime } = this.#access;
    const own = lifetime.child(options.signal);
    const pause = (): Promise<void> => sleep(statePauseMs, clock, own);
    return endableIteration(stateAndChanges({ store, lifetime: own, options, pause }), own);
  }

  /** The state, kept up to date. */
  async view(
    { onChange = () => {}, ...options }: LiveViewOptions,
    store: Pick<Store, 'list' | 'watch'>,
  ): Promise<LiveView> {
    const view = await LiveEntries.open(this.withState(options, store), onChange);
    if (view === null) throw new StoreClosed();
    return view;
  }

  /** Of all that is committed now. */
  async #newestRevision(lifetime: Lifetime): Promise<number> {
    const { router, timeoutMs } = this.#access;
    const body = encodeQuery({ kind: 'retention' });
    const reply = await router.request({ endpoint: 'retention', kind: 'read', body, timeoutMs, lifetime });
    return answerIn(reply, 'retention').revision;
  }
}
