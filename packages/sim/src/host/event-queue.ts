/** What stands in the queue: when it is due, and its place among all that are due at the same time. */
export interface Due {
  atUs: number;
  order: number;
}

/**
 * One queue of everything that will happen, by virtual time and then by the order of asking. A binary heap, with a lane of
 * its own for what is due at once: that is most of it, and comes in order by itself.
 */
export class EventQueue<Event extends Due> {
  readonly #heap: Event[] = [];
  readonly #lane: Event[] = [];
  #laneHead = 0;
  #laneEnd = 0;
  #order = 0;
  #nowUs = 0;

  /** Virtual time in microseconds: that of the event that was taken last, or the end of a time without any. */
  get nowUs(): number {
    return this.#nowUs;
  }

  /** Adds an event that is due after `delayUs`, a whole number. */
  push(event: Event, delayUs: number): void {
    this.#order += 1;
    event.order = this.#order;
    event.atUs = this.#nowUs + delayUs;
    if (delayUs > 0) return this.#rise(event);
    this.#lane[this.#laneEnd] = event;
    this.#laneEnd += 1;
  }

  /** Takes the next event, and moves time to it; null if nothing is due up to `untilUs`, where time then stands. */
  take(untilUs: number): Event | null {
    const now = this.#laneHead < this.#laneEnd ? this.#lane[this.#laneHead] : undefined;
    const later = this.#heap[0];
    if (now !== undefined && (later === undefined || later.atUs > now.atUs || later.order > now.order)) {
      this.#laneHead += 1;
      if (this.#laneHead === this.#laneEnd) {
        this.#laneHead = 0;
        this.#laneEnd = 0;
      }
      return now;
    }
    if (later === undefined || later.atUs > untilUs) {
      this.#nowUs = Math.max(this.#nowUs, untilUs);
      return null;
    }
    this.#sink();
    this.#nowUs = later.atUs;
    return later;
  }

  #rise(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #sink(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      let child = heap[below];
      if (child === undefined) break;
      const right = heap[below + 1];
      if (right !== undefined && isBefore(right, child)) {
        below += 1;
        child = right;
      }
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = below;
    }
    heap[at] = last;
  }
}

const isBefore = (one: Due, other: Due): boolean =>
  one.atUs < other.atUs || (one.atUs === other.atUs && one.order < other.order);
