import type { HistoryEvent } from './event-order.ts';

const HEAD = 0;

/**
 * The calls and returns that a search has not passed yet, as a list linked both ways, out of which an operation can be
 * lifted and put back in constant time.
 */
export class EventList {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  /** The place of each operation's call and return in the list; 0 for a return that never comes. */
  readonly #calls: Int32Array;
  readonly #returns: Int32Array;
  /** By place in the list. */
  readonly #operations: Int32Array;

  constructor(events: readonly HistoryEvent[], operationCount: number) {
    const length = events.length + 1;
    this.#next = Int32Array.from({ length }, (_, place) => (place + 1) % length);
    this.#previous = Int32Array.from({ length }, (_, place) => (place + length - 1) % length);
    this.#calls = new Int32Array(operationCount);
    this.#returns = new Int32Array(operationCount);
    this.#operations = new Int32Array(length);
    for (const [before, { place, kind }] of events.entries()) {
      (kind === 'call' ? this.#calls : this.#returns)[place] = before + 1;
      this.#operations[before + 1] = place;
    }
  }

  /**
   * Hands `visit` the operations that could come next, in the order of their calls: those called before the first return.
   * Gives the place of that return in the order of all events, from 1; 0 if none is left.
   */
  visitOpen(visit: (operation: number) => void): number {
    let entry = this.#next[HEAD] ?? HEAD;
    while (entry !== HEAD) {
      const operation = this.#operations[entry] ?? 0;
      if (this.#returns[operation] === entry) return entry;
      visit(operation);
      entry = this.#next[entry] ?? HEAD;
    }
    return 0;
  }

  /** The operation whose call or return has that place. */
  operationAt(place: number): number {
    return this.#operations[place] ?? 0;
  }

  lift(operation: number): void {
    this.#unlink(this.#calls[operation] ?? 0);
    const end = this.#returns[operation] ?? 0;
    if (end !== 0) this.#unlink(end);
  }

  /** Puts back what was lifted last. */
  putBack(operation: number): void {
    const end = this.#returns[operation] ?? 0;
    if (end !== 0) this.#link(end);
    this.#link(this.#calls[operation] ?? 0);
  }

  #unlink(entry: number): void {
    const next = this.#next[entry] ?? 0;
    const previous = this.#previous[entry] ?? 0;
    this.#next[previous] = next;
    this.#previous[next] = previous;
  }

  #link(entry: number): void {
    this.#next[this.#previous[entry] ?? 0] = entry;
    this.#previous[this.#next[entry] ?? 0] = entry;
  }
}
