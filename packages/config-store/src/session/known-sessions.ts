import type { LogIndex } from '@quorate/raft';
import type { LiveSession } from './live-session.ts';

/** So many sessions are known at most, with so many results each, so that memory is bounded: others are read from their rows when they write next. */
const most = 64;
const mostResults = 128;

/** Knows the sessions that wrote in the last batch of entries, so that one that writes without a pause is not read again with each. */
export class KnownSessions {
  #sessions: ReadonlyMap<number, LiveSession> = new Map();
  /** As of the entry at this index: whoever has come to another one otherwise, from a snapshot, has other sessions. */
  #index: LogIndex | null = null;

  /** The sessions by id, as of the entry at `index`, for whoever changes them: they are not known any more unless `know` says so, as a batch that failed has not changed them. */
  take(index: LogIndex): ReadonlyMap<number, LiveSession> {
    const sessions: ReadonlyMap<number, LiveSession> = this.#index === index ? this.#sessions : new Map();
    this.#sessions = new Map();
    return sessions;
  }

  /** A batch that ended at `index` has left these. */
  know(sessions: readonly (readonly [number, LiveSession])[], index: LogIndex): void {
    this.#sessions = new Map(sessions.filter(([, live]) => live.keepsAtMost(mostResults)).slice(-most));
    this.#index = index;
  }
}
