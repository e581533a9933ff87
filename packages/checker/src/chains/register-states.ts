import type { History } from '../history.ts';
import type { RegisterOperation, RegisterOutcome, RegisterValue } from '../models/register.ts';
import { PlaceLists } from './place-lists.ts';
import {
  BEGINNING,
  type Contradiction,
  contradiction,
  type SeenState,
  type SeenStates,
  type SharedState,
} from './seen-states.ts';

type RegisterHistory = History<RegisterOperation, RegisterOutcome>;

/** What a history of a register says of the values that somebody saw in it. */
export function registerStates(history: RegisterHistory): SeenStates | Contradiction {
  return new RegisterStates(history).collect();
}

class RegisterStates {
  readonly #history: RegisterHistory;
  /** By value, who wrote it, or may have. */
  readonly #writers = new PlaceLists<RegisterValue>();
  readonly #readers = new PlaceLists<RegisterValue>();
  /** By value, those who made it another by a compare-and-set. */
  readonly #changers = new PlaceLists<RegisterValue>();
  /** Every value that somebody saw, and who did. */
  readonly #seenBy = new Map<RegisterValue, number>();

  constructor(history: RegisterHistory) {
    this.#history = history;
    this.#writers.add(null, BEGINNING);
    for (const [place, { operation, outcome }] of history.entries()) {
      if (outcome?.kind === 'value') {
        this.#readers.add(outcome.value, place);
        this.#seenBy.set(outcome.value, place);
      }
      if (operation.kind === 'read' || outcome?.kind === 'refused') continue;
      this.#writers.add(operation.value, place);
      if (operation.kind !== 'compareAndSet' || outcome === null) continue;
      this.#changers.add(operation.expected, place);
      this.#seenBy.set(operation.expected, place);
    }
  }

  collect(): SeenStates | Contradiction {
    const states = new Map<number, SeenState>();
    const shared: SharedState[] = [];
    // It grows on the way: a compare-and-set whose outcome nobody knows saw what it expected, if its value was seen.
    for (const [value, seenBy] of this.#seenBy) {
      const writers = this.#writers.of(value);
      const [writer, ...others] = writers;
      if (writer === undefined) return contradiction([seenBy]);
      const readers = this.#readers.of(value);
      if (others.length === 0) states.set(writer, { after: this.#after(writer), readers });
      else shared.push({ writers, readers: [...readers, ...this.#changers.of(value)] });
    }
    const loose: number[] = [];
    for (const [place, { outcome }] of this.#history.entries()) {
      if (outcome?.kind !== 'done' || states.has(place)) continue;
      const after = this.#after(place);
      if (after === null) loose.push(place);
      else states.set(place, { after, readers: [] });
    }
    const isComplete = shared.length === 0 && !this.#history.some((called) => this.#mayMeet(called));
    return { states, shared, loose, isComplete };
  }

  /** The only one who can have written what a compare-and-set found; null if several can have, or if it is none. */
  #after(place: number): number | null {
    const operation = this.#history[place]?.operation;
    if (operation?.kind !== 'compareAndSet') return null;
    if (!this.#seenBy.has(operation.expected)) this.#seenBy.set(operation.expected, place);
    const [writer, ...others] = this.#writers.of(operation.expected);
    return others.length === 0 ? (writer ?? null) : null;
  }

  /** Whether it is a compare-and-set that was refused, and there may have been what it expected. */
  #mayMeet({ operation, outcome }: RegisterHistory[number]): boolean {
    if (operation.kind !== 'compareAndSet' || outcome?.kind !== 'refused') return false;
    return this.#writers.of(operation.expected).length > 0;
  }
}
