import { isOrderlyEnd } from './endable-iteration.ts';
import { AnotherCluster, RevisionCompacted } from './errors.ts';
import type { Lifetime } from './lifetime.ts';
import type { StateOptions } from './options.ts';
import { mayPass } from './passing-errors.ts';
import type { Entry, Store } from './store.ts';
import type { StateOrChanges } from './watch.ts';

/** What it reads with. */
export interface StateAndChangesOptions {
  readonly store: Pick<Store, 'list' | 'watch'>;
  /** The iteration's own. */
  readonly lifetime: Lifetime;
  readonly options: StateOptions;
  /** Waits a little before it is tried again. */
  readonly pause: () => Promise<void>;
}

/** A page of the state as large as one may be. */
const pageLimit = 1_000;

/** The state of keys at one revision, and then what each later revision changed in it. When compaction was faster than whoever consumes it, or another cluster has the name now, the state comes again, as it is then. */
export async function* stateAndChanges(asked: StateAndChangesOptions): AsyncGenerator<StateOrChanges, undefined> {
  const { store, lifetime, options } = asked;
  const ended = new AbortController();
  const stopListening = lifetime.onEnd(() => ended.abort(lifetime.error));
  try {
    while (!lifetime.ended) {
      const state = await readState(asked, ended.signal);
      yield { kind: 'state', ...state };
      const watched = { ...options, fromRevision: state.revision + 1n, signal: ended.signal };
      try {
        for await (const revision of store.watch(watched).revisions()) yield { kind: 'changes', ...revision };
      } catch (error) {
        const isLost = error instanceof RevisionCompacted || error instanceof AnotherCluster;
        if (!isLost) throw error;
      }
    }
    throw lifetime.error;
  } catch (error) {
    if (!isOrderlyEnd(error)) throw error;
  } finally {
    stopListening();
    lifetime.over();
  }
}

/** Until it could be read at one revision: it may be compacted meanwhile, or there may be no leader for a while. */
async function readState(
  { store, lifetime, options, pause }: StateAndChangesOptions,
  signal: AbortSignal,
): Promise<{ readonly revision: bigint; readonly entries: readonly Entry[] }> {
  const { prefix, from, to, timeoutMs } = options;
  const keys = {
    ...(prefix === undefined ? {} : { prefix }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  for (;;) {
    try {
      const entries: Entry[] = [];
      let revision = 0n;
      for await (const page of store.list({ ...keys, atOneRevision: true, pageLimit, signal }).pages()) {
        // Pages after the first show the past, and say as `revision` what there is by then.
        if (revision === 0n) revision = page.revision;
        entries.push(...page.entries);
      }
      return { revision, entries };
    } catch (error) {
      const mayCome = error instanceof RevisionCompacted || (timeoutMs === undefined && mayPass(error));
      if (!mayCome || lifetime.ended) throw error;
    }
    await pause();
  }
}
