import type { Contradiction, SeenStates } from './chains/seen-states.ts';
import type { History } from './history.ts';

/** What tells states apart: equal for equal states. */
export type StateKey = string | number | boolean | null;

/** How an object behaves when its operations come one after the other: what a history is compared with. */
export interface Model<Operation, Outcome, State> {
  readonly initialState: State;
  /** Whether operations on different keys know nothing of each other, so that each key can be judged by itself. */
  readonly isPartitionedByKey: boolean;

  /**
   * The state after an operation with that outcome, or undefined if it cannot have that outcome in that state.
   * With the outcome unknown (null), the state if it takes effect: the same one if it would have none.
   */
  apply(state: State, operation: Operation, outcome: Outcome | null): State | undefined;

  stateKey(state: State): StateKey;

  /** Whether an operation with that outcome, or with an unknown one (null), may change the state. */
  mayChange(operation: Operation, outcome: Outcome | null): boolean;

  /** Whether all that may come after `other` may come after `state` too. Only of equal states, unless this says otherwise. */
  covers?(state: State, other: State): boolean;

  /** Equal for operations that do the same in every state. Their JSON, unless this says otherwise. */
  effectKey?(operation: Operation): string;

  /** The operation and its outcome in a few words. */
  describe(operation: Operation, outcome: Outcome | null): string;

  /** What a history of one object says of the states that somebody saw in it, or what contradicts itself in it. Much is decided by that, and needs no search. */
  seenStates?(history: History<Operation, Outcome>): SeenStates | Contradiction;

  /** The model for one history, of one key if it is partitioned, which may use what is only known afterwards to fail early. */
  forHistory?(history: History<Operation, Outcome>): Model<Operation, Outcome, State>;
}
