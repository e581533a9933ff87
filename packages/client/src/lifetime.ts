/** Is told when a lifetime ends before what it is for is done. */
export interface EndListener {
  /** The lifetime has its error by then. It must not throw. */
  lifetimeEnded(): void;
}

/** The lifetime of a call. */
export interface CallLifetime {
  readonly lifetime: Lifetime;
  /** The call is done. */
  readonly over: () => void;
}

/** How long something may go on: until it ends by itself, or is ended from outside with an error for all who wait on it. */
export class Lifetime {
  readonly #listeners = new Set<EndListener>();
  #reason: { readonly error: unknown } | null = null;
  #leave: () => void = () => {};
  readonly #ofCalls: CallLifetime = { lifetime: this, over: () => {} };

  /** A lifetime within this one, ended with it or by `signal`. It has to be `over` when what it is for is done. */
  child(signal?: AbortSignal): Lifetime {
    const child = new Lifetime();
    const leaveParent = this.onEnd(() => child.end(this.#reason?.error));
    if (signal === undefined) {
      child.#leave = leaveParent;
      return child;
    }
    const abort = (): void => child.end(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    child.#leave = () => {
      leaveParent();
      signal.removeEventListener('abort', abort);
    };
    return child;
  }

  /** A lifetime for a call within this one: this one itself, which costs nothing, if the call brings no signal that could end it alone. */
  call(signal: AbortSignal | undefined): CallLifetime {
    if (signal === undefined) return this.#ofCalls;
    const lifetime = this.child(signal);
    return { lifetime, over: () => lifetime.over() };
  }

  /** Ends it, once: whoever waits gets `error`. */
  end(error: unknown): void {
    if (this.#reason !== null) return;
    this.#reason = { error };
    this.over();
    for (const listener of [...this.#listeners]) listener.lifetimeEnded();
    this.#listeners.clear();
  }

  /** What it was for is done: it listens to nothing any more. */
  over(): void {
    this.#leave();
    this.#leave = () => {};
  }

  /** Whether it was ended. */
  get ended(): boolean {
    return this.#reason !== null;
  }

  /** What it was ended with. */
  get error(): unknown {
    return this.#reason?.error;
  }

  /** Calls `listener` when it ends, or now if it has, unless what this returns is called first. */
  onEnd(listener: () => void): () => void {
    const joined: EndListener = { lifetimeEnded: listener };
    this.join(joined);
    return () => this.leave(joined);
  }

  /** Tells `listener` when it ends, or now if it has, unless that leaves first. */
  join(listener: EndListener): void {
    if (this.#reason === null) this.#listeners.add(listener);
    else listener.lifetimeEnded();
  }

  /** `listener` is told nothing any more. */
  leave(listener: EndListener): void {
    this.#listeners.delete(listener);
  }
}
