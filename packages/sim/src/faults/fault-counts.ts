/** How often each kind of fault has happened. */
export class FaultCounts {
  readonly #counts = new Map<string, number>();

  add(kind: string, times = 1): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + times);
  }

  /** Adds all of another run. */
  addAll(others: ReadonlyMap<string, number>): void {
    for (const [kind, times] of others) this.add(kind, times);
  }

  /** By kind. */
  get all(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
