import { Bits } from './bits.ts';
import { EventList } from './event-list.ts';
import type { History } from './history.ts';
import type { Model } from './model.ts';
import { NO_OPERATION, type Problem, problemOf } from './problem.ts';
import type { StepBudget } from './step-budget.ts';
import { IMPOSSIBLE, Transitions } from './transitions.ts';
import { VisitedPlaces } from './visited-places.ts';

/** What a search found. Operations are named by their places in the history. */
export type SearchResult =
  /** They may have taken effect in this order; those that are not in it never did. */
  | { readonly kind: 'linearizable'; readonly order: readonly number[] }
  /** No order explains this operation's return together with all that happened before. */
  | { readonly kind: 'not-linearizable'; readonly unexplained: number }
  | { readonly kind: 'undecided' };

/** A place of the search: some operations have taken effect, and the next may be one of `moves`. */
interface Place {
  readonly state: number;
  readonly moves: readonly number[];
  nextMove: number;
  /** The operation that was lifted to go on from here. */
  taken: number;
}

const NO_STATE = -1;

/**
 * Looks for an order in which the operations of one object may have taken effect, each between its call and its return: Wing
 * and Gong's search ("Testing and verifying concurrent objects", 1993) with Lowe's memory of where it has been ("Testing
 * for linearizability", 2017).
 *
 * Four things keep it short. An operation that only observes is taken as soon as it fits, with no alternative: later it could only fit
 * as well. An operation of unknown outcome is taken only if the very next one would otherwise come out differently: else
 * it might as well never have taken effect. Of those that do the same the one that returns first is taken first. And a place where less was used
 * up is as good as any with more.
 */
export function search<Operation, Outcome, State>(
  model: Model<Operation, Outcome, State>,
  history: History<Operation, Outcome>,
  budget: StepBudget,
): SearchResult {
  return new Search(new Transitions(model, history), problemOf(model, history)).run(budget);
}

class Search {
  readonly #transitions: Pick<Transitions<unknown, unknown, unknown>, 'after' | 'covers'>;
  readonly #problem: Problem;
  readonly #events: EventList;
  readonly #visited: VisitedPlaces;
  readonly #lifted: Bits;
  /** The optional operations that were lifted, by slot. */
  readonly #used: Bits;
  /** Scratch space for the key of a place: how far it came, its state, and which open operations wait. */
  readonly #key: Int32Array;
  readonly #waiting: Bits;
  /** By class of operations, which of the moves that are being collected is one of them; what it says of others means nothing. */
  readonly #moveOfClass: Int32Array;
  /** The furthest return that was ever the first. */
  #furthest = 0;
  /** How many operations were looked at since that was counted. */
  #looked = 0;

  constructor(transitions: Pick<Transitions<unknown, unknown, unknown>, 'after' | 'covers'>, problem: Problem) {
    this.#transitions = transitions;
    this.#problem = problem;
    this.#events = new EventList(problem.events, problem.slots.length);
    this.#lifted = new Bits(problem.slots.length);
    this.#used = new Bits(problem.optionalCount);
    this.#waiting = new Bits(problem.slotCount);
    this.#moveOfClass = new Int32Array(problem.classCount).fill(NO_OPERATION);
    this.#key = new Int32Array(2 + this.#waiting.words.length);
    this.#visited = new VisitedPlaces(this.#key.length, this.#used.words.length);
  }

  run(budget: StepBudget): SearchResult {
    const way: Place[] = [];
    let arrived = this.#arrive(0, NO_STATE);
    for (;;) {
      if (arrived === 'end') return { kind: 'linearizable', order: way.map(({ taken }) => taken) };
      if (!budget.spend(this.#looked)) return { kind: 'undecided' };
      this.#looked = 0;
      if (arrived !== null) way.push(arrived);

      const place = this.#backToChoice(way);
      if (place === null) return { kind: 'not-linearizable', unexplained: this.#events.operationAt(this.#furthest) };
      const operation = place.moves[place.nextMove] ?? NO_OPERATION;
      place.nextMove += 1;
      this.#lift(operation);
      place.taken = operation;
      const state = this.#transitions.after(place.state, operation);
      arrived = this.#arrive(state, this.#problem.isOptional[operation] === true ? place.state : NO_STATE);
    }
  }

  /** Goes back along the way to the last place with a move that was not tried; null if there is none. */
  #backToChoice(way: Place[]): Place | null {
    for (let place = way.at(-1); place !== undefined; place = way.at(-1)) {
      if (place.taken !== NO_OPERATION) this.#putBack(place.taken);
      place.taken = NO_OPERATION;
      if (place.nextMove < place.moves.length) return place;
      way.pop();
    }
    return null;
  }

  /**
   * What is possible from here: `end` if nothing has to be explained any more, null if nothing new. After an optional
   * operation `without` is the state before it, and only what makes a difference to that is possible.
   */
  #arrive(state: number, without: number): Place | null | 'end' {
    const open: number[] = [];
    const frontier = this.#events.visitOpen((operation) => open.push(operation));
    if (frontier === 0) return 'end';
    this.#looked += 1 + open.length;
    this.#furthest = Math.max(this.#furthest, frontier);
    if (!this.#isNew(frontier, state, open)) return null;
    const moves = this.#movesFrom(state, without, open);
    return moves.length === 0 ? null : { state, moves, nextMove: 0, taken: NO_OPERATION };
  }

  #movesFrom(state: number, without: number, open: readonly number[]): readonly number[] {
    const { isOptional, isObservation, twins } = this.#problem;
    const certain: number[] = [];
    const optional: number[] = [];
    for (const operation of open) {
      const after = this.#transitions.after(state, operation);
      if (after === IMPOSSIBLE) continue;
      if (without !== NO_STATE && this.#transitions.covers(this.#transitions.after(without, operation), after))
        continue;
      if (isOptional[operation] !== true) {
        if (after === state && isObservation[operation] === true) return [operation];
        this.#addFirstToReturn(certain, operation);
      } else if (!this.#transitions.covers(state, after) && this.#isFirstOfTwins(twins[operation] ?? NO_OPERATION)) {
        optional.push(operation);
      }
    }
    return [...certain, ...optional];
  }

  /** Of those that do the same with the same outcome only the first to return: whatever order has another before it has one with the two exchanged. */
  #addFirstToReturn(moves: number[], operation: number): void {
    const { classes, returnPlaces } = this.#problem;
    const number = classes[operation] ?? 0;
    const known = this.#moveOfClass[number] ?? -1;
    if (moves[known] === undefined || classes[moves[known] ?? 0] !== number) {
      this.#moveOfClass[number] = moves.length;
      moves.push(operation);
    } else if ((returnPlaces[operation] ?? 0) < (returnPlaces[moves[known] ?? 0] ?? 0)) moves[known] = operation;
  }

  #isFirstOfTwins(earlier: number): boolean {
    return earlier === NO_OPERATION || this.#lifted.has(earlier);
  }

  /**
   * Remembers a place. What has taken effect is known from the first return that is left, the operations called before it
   * that wait, and the optional ones that were used.
   */
  #isNew(frontier: number, state: number, open: readonly number[]): boolean {
    const { isOptional, slots } = this.#problem;
    this.#waiting.clear();
    for (const operation of open) {
      if (isOptional[operation] !== true) this.#waiting.add(slots[operation] ?? 0);
    }
    this.#key[0] = frontier;
    this.#key[1] = state;
    this.#key.set(this.#waiting.words, 2);
    return this.#visited.add(this.#key, this.#used.words);
  }

  #lift(operation: number): void {
    this.#events.lift(operation);
    this.#lifted.add(operation);
    if (this.#problem.isOptional[operation] === true) this.#used.add(this.#problem.slots[operation] ?? 0);
  }

  #putBack(operation: number): void {
    this.#events.putBack(operation);
    this.#lifted.delete(operation);
    if (this.#problem.isOptional[operation] === true) this.#used.delete(this.#problem.slots[operation] ?? 0);
  }
}
