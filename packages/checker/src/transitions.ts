import type { History } from './history.ts';
import type { Model, StateKey } from './model.ts';

/** That an operation cannot have had its outcome in a state. */
export const IMPOSSIBLE = -1;

/** A map of so many takes some 150 MB. */
const maxKnown = 4_000_000;

/** A model's states as numbers, from 0 for the initial one, and what each operation of a history makes of them. */
export class Transitions<Operation, Outcome, State> {
  readonly #model: Model<Operation, Outcome, State>;
  readonly #history: History<Operation, Outcome>;
  readonly #states: State[] = [];
  readonly #numbers = new Map<StateKey, number>();
  readonly #known = new Map<number, number>();

  constructor(model: Model<Operation, Outcome, State>, history: History<Operation, Outcome>) {
    this.#model = model;
    this.#history = history;
    this.#numberOf(model.initialState);
  }

  /** The state after the operation at that place of the history, or `IMPOSSIBLE`. */
  after(state: number, place: number): number {
    const transition = state * this.#history.length + place;
    const known = this.#known.get(transition);
    if (known !== undefined) return known;
    const next = this.#apply(state, place);
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(transition, next);
    return next;
  }

  /** Whether all that may come after `other` may come after `state` too. */
  covers(state: number, other: number): boolean {
    if (state === other) return true;
    const one = this.#states[state];
    const another = this.#states[other];
    return one !== undefined && another !== undefined && this.#model.covers?.(one, another) === true;
  }

  #apply(number: number, place: number): number {
    const state = this.#states[number];
    const called = this.#history[place];
    // What is not in the tables cannot be told from an undefined state.
    if (called === undefined || state === undefined) return IMPOSSIBLE;
    const next = this.#model.apply(state, called.operation, called.outcome);
    return next === undefined ? IMPOSSIBLE : this.#numberOf(next);
  }

  #numberOf(state: State): number {
    const key = this.#model.stateKey(state);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#states.push(state) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}
