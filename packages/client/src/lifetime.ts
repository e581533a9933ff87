/** How long something may go on: until it ends by itself, or is ended from outside with an error for all who wait on it. */
export class Lifetime {
  readonly #onEnd = new Set<() => void>();
  #reason: { readonly error: unknown } | null = null;
  #leave: () => void = () => {};

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

  /** Ends it, once: whoever waits gets `error`. */
  end(error: unknown): void {
    if (this.#reason !== null) return;
    this.#reason = { error };
    this.over();
    for (const listener of [...this.#onEnd]) listener();
    this.#onEnd.clear();
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
    if (this.#reason !== null) {
      listener();
      return () => {};
    }
    this.#onEnd.add(listener);
    return () => this.#onEnd.delete(listener);
  }
}
