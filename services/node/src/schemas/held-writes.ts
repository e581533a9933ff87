import { type BoundWrite, putsOf } from '@quorate/config-store';

/** Writes are held for so long at most. */
const maxHoldMs = 500;

interface Hold {
  readonly prefix: string;
  readonly ended: Promise<void>;
}

/** For whoever holds writes. */
export interface HoldOnWrites {
  /** Whether they may go on again: it was ended, or lasted too long. */
  readonly isOver: () => boolean;
  readonly end: () => void;
}

/**
 * Writes below a prefix that wait while its schema is set. Where somebody writes there without a pause no look would ever be at all that there is; so after some that were not, what comes to
 * this node waits a moment, and is then held against the schema that was set.
 */
export class HeldWrites {
  readonly #holds = new Set<Hold>();

  /** Holds what is written below a prefix, until that is ended, or for half a second. */
  hold(prefix: string): HoldOnWrites {
    const { promise, resolve } = withResolver();
    const hold = { prefix, ended: promise };
    const end = (): void => {
      clearTimeout(timer);
      this.#holds.delete(hold);
      resolve();
    };
    const timer = setTimeout(end, maxHoldMs);
    timer.unref();
    this.#holds.add(hold);
    return { isOver: () => !this.#holds.has(hold), end };
  }

  /** Resolves when a write may go on; null if nothing holds it. */
  waitFor(write: BoundWrite): Promise<void> | null {
    if (this.#holds.size === 0) return null;
    const puts = [...putsOf(write)];
    for (const { prefix, ended } of this.#holds) if (puts.some(({ key }) => key.startsWith(prefix))) return ended;
    return null;
  }
}

function withResolver(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
