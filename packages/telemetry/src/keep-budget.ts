/** So many of a kind that are not sampled are kept in a second, at most: where all are slow, a few say as much. */
const mostKept = 10;
const keptWithinMs = 1_000;

/** How many of a kind may be kept though nothing has sampled them. */
export class KeepBudget {
  #kept = 0;
  #sinceMs = Number.NEGATIVE_INFINITY;

  /** Whether there may be one more. */
  take(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= keptWithinMs) {
      this.#sinceMs = nowMs;
      this.#kept = 0;
    }
    this.#kept += 1;
    return this.#kept <= mostKept;
  }
}
