/** Stands for the beginning of the history, which makes the first state. */
export const BEGINNING = -1;

/** A state that somebody saw, and that only one operation of a history can have made. Operations are named by their places in the history. */
export interface SeenState {
  /** Who made the state that this one was made of, and which therefore stands right before it; null if that can be any. */
  readonly after: number | null;
  /** Those who saw the state and left it as it is. */
  readonly readers: readonly number[];
}

/** A state that somebody saw, and that several operations can have made. */
export interface SharedState {
  readonly writers: readonly number[];
  readonly readers: readonly number[];
}

/** What the operations on one object say of its states. */
export interface SeenStates {
  /** By who made it. Whoever did took effect, whatever its caller was told. Between such a state and one that was made of it nothing else happened: it would not have come again. */
  readonly states: ReadonlyMap<number, SeenState>;
  readonly shared: readonly SharedState[];
  /** The other operations that certainly took effect and changed the object. */
  readonly loose: readonly number[];
  /** Whether the history says nothing else. */
  readonly isComplete: boolean;
}

/** Operations that contradict each other: nothing explains them, whatever else happened. */
export interface Contradiction {
  readonly kind: 'contradiction';
  readonly operations: readonly number[];
}

/** Names operations that contradict each other. */
export const contradiction = (operations: readonly number[]): Contradiction => ({ kind: 'contradiction', operations });
